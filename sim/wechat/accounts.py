"""The accounts that the simulated platform knows, and the quota of messages that a follower's actions allow."""

from dataclasses import dataclass, field
from typing import Literal

Mode = Literal["plain", "compatible", "safe"]

# What an action allows: how many messages of the customer-service API, for how many seconds.
ALLOWED = {"message": (5, 48 * 3600.0), "CLICK": (3, 60.0), "subscribe": (3, 60.0), "SCAN": (3, 60.0)}


@dataclass
class Account:
    """An official account as its owner has set it up."""

    name: str
    app_id: str
    original_id: str
    token: str
    aes_key: str
    secret: str
    callback: str
    mode: Mode = "safe"
    verified: bool = True  # an unverified subscription account may not use the customer-service API
    menu: dict[str, object] = field(default_factory=dict)
    replicas: list[str] = field(default_factory=list)  # addresses behind the callback's, asked in turn


@dataclass
class Quota:
    """What may still be sent to one follower."""

    left: int = 0
    until: float = 0.0

    def grant(self, action: str, now: float) -> None:
        """An action of the follower opens a window; a smaller one never closes a larger."""
        if action not in ALLOWED:
            return
        left, seconds = ALLOWED[action]
        if action == "message" or self.until < now + seconds or not self.left:
            self.left, self.until = left, now + seconds


@dataclass
class Shown:
    """One message on the follower's screen."""

    who: Literal["user", "account", "system"]
    text: str
    kind: str = "text"
    way: Literal["", "passive", "api"] = ""
    menu: list[tuple[str, str]] = field(default_factory=list)
    media: str = ""  # id of a picture
    at: float = 0.0


@dataclass
class Code:
    """A QR code with a scene; `until` in seconds of the platform's clock."""

    account: str
    scene: str
    until: float


@dataclass
class Follower:
    """A WeChat user as one account knows it."""

    openid: str
    subscribed: bool = True
    quota: Quota = field(default_factory=Quota)
    shown: list[Shown] = field(default_factory=list)
    typing: int = 0

    def heard(self) -> list[str]:
        """What the account has said, in order."""
        return [one.text for one in self.shown if one.who == "account"]
