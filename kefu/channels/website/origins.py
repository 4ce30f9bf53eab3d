"""Which sites may carry the widget: the allow-list of each brand."""

from urllib.parse import urlsplit

from kefu.brands import brands
from kefu.settings import by_brand, settings

_LOCAL = ("localhost", "127.0.0.1", "[::1]")


def is_allowed(origin: str | None, host: str, brand: str | None = None) -> bool:
    """Whether a page of that origin may talk to us.

    Args:
        origin: the request's Origin header; none is no browser, or a page of our own.
        host: the request's Host header; pages from there are always allowed.
        brand: whose list counts; None: any brand's does (a preflight does not say).
    """
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if parts.scheme in ("http", "https") and parts.netloc == host:
        return True
    return any(_is_on_list(origin, parts.netloc, name) for name in ([brand] if brand else brands()))


def _is_on_list(origin: str, netloc: str, brand: str) -> bool:
    listed = by_brand(settings().site_origins).get(brand, "").split()
    if listed:
        return origin in listed
    return (netloc if netloc.endswith("]") else netloc.rsplit(":", 1)[0]) in _LOCAL
