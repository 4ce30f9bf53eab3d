// The demo page: puts the widget of the brand in the address (?brand=my) on the page, as a wallet's site would.
const brand = new URLSearchParams(location.search).get("brand") || "post";
const widget = document.createElement("script");
widget.src = "widget.js";
widget.dataset.brand = brand;
document.body.append(widget);
