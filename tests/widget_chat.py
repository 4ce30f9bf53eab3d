"""The chat widget as a customer uses it, for browser tests."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect


@dataclass
class Chat:
    """The widget on a page."""

    page: Page

    @property
    def launcher(self) -> Locator:
        """The button in the corner."""
        return self.page.get_by_role("button", name="联系客服")

    @property
    def panel(self) -> Locator:
        """The window."""
        return self.page.locator("kefu-chat .panel")

    @property
    def log(self) -> Locator:
        """The conversation."""
        return self.page.get_by_role("log")

    @property
    def box(self) -> Locator:
        """Where the customer writes."""
        return self.page.get_by_label("输入问题")

    @property
    def bubbles(self) -> Locator:
        """All lines in the log, the greeting left out."""
        return self.page.locator("kefu-chat .log > ol:last-of-type > .item .bubble")

    @property
    def mine(self) -> Locator:
        """The customer's own lines."""
        return self.page.locator("kefu-chat .item.customer")

    def open(self) -> "Chat":
        """Press the launcher."""
        self.launcher.click()
        expect(self.panel).to_be_visible()
        return self

    def say(self, text: str) -> None:
        """Write and send."""
        self.box.fill(text)
        self.page.get_by_role("button", name="发送", exact=True).click()

    def press(self, title: str) -> None:
        """Press a quick reply."""
        self.log.get_by_role("button", name=title).last.click()

    def hears(self, text: str) -> None:
        """Wait until the log contains a text."""
        expect(self.log).to_contain_text(text)
