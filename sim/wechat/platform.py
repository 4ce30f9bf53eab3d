"""The platform: accounts, followers, access tokens, and the faults that can be switched on."""

import asyncio
import itertools
import secrets
import time
from collections import defaultdict
from dataclasses import dataclass, field

import httpx

from sim.wechat.accounts import Account, Code, Follower

TOKEN_SECONDS = 7200
MEDIA_SECONDS = 3 * 24 * 3600


@dataclass
class Faults:
    """Switches; a number is how often the fault still happens."""

    lose_answers: int = 0  # passive answers that never arrive: the callback is repeated
    duplicate: int = 0  # callbacks that are sent twice at once
    refuse_token: int = 0  # sends that are told 40001 although the token is good
    expire_tokens: bool = False  # the next call finds its token expired (42001)
    busy: int = 0  # API calls that end in -1: try again later
    used_up: int = 0  # API calls that end in 45009: no more of them today
    broken: int = 0  # API calls that end in HTTP 500
    bad_uploads: int = 0  # uploads that are refused (40009)
    lose_sends: int = 0  # messages that are shown although the caller gets no answer
    delay: float = 0.0  # seconds that each API call takes

    def take(self, name: str) -> bool:
        """Whether a counted fault happens now."""
        left: int = getattr(self, name)
        if left <= 0:
            return False
        setattr(self, name, left - 1)
        return True


@dataclass
class Tokens:
    """Access tokens of one account, as stable_token gives them out."""

    current: str = ""
    until: float = 0.0
    given: int = 0  # how often a new one was made
    asked: int = 0
    old: dict[str, float] = field(default_factory=dict)  # earlier ones, good a little longer

    def stable(self, force: bool, now: float) -> tuple[str, int]:
        """The token of now and its seconds; a new one near the end of the old, or when forced."""
        self.asked += 1
        if force or self.until - now < 300:
            if not force and self.current:
                self.old[self.current] = now + 300
            self.current, self.until = f"AT-{secrets.token_urlsafe(24)}", now + TOKEN_SECONDS
            self.given += 1
        return self.current, int(self.until - now)

    def error(self, token: str, now: float) -> int:
        """0 for a good token, else the platform's error code."""
        if token == self.current:
            return 0 if now < self.until else 42001
        return 0 if self.old.get(token, 0) > now else 40001


class Platform:
    """Everything that the platform remembers."""

    def __init__(self, accounts: list[Account], *, timeout: float = 5.0, tries: int = 3) -> None:
        self.accounts = {account.name: account for account in accounts}
        self.by_app_id = {account.app_id: account for account in accounts}
        self.timeout, self.tries = timeout, tries
        self.faults = Faults()
        self.shift = 0.0  # seconds that the clock of windows and tokens is ahead
        self.calls: list[tuple[str, int]] = []  # API calls: path, errcode
        self.callbacks: list[tuple[str, int]] = []  # message key, HTTP status (0: none)
        self.media: dict[str, tuple[str, bytes]] = {}
        self.uploaded: dict[str, tuple[str, float]] = {}  # media id → account that has uploaded it, until when
        self.codes: dict[str, Code] = {}  # by the address in the QR code
        self.tokens: dict[str, Tokens] = defaultdict(Tokens)
        self.followers: dict[tuple[str, str], Follower] = {}
        self.numbers = itertools.count(time.time_ns() // 1000)
        self.running: set[asyncio.Task[None]] = set()
        self.client = httpx.AsyncClient(timeout=timeout, trust_env=False)

    def now(self) -> float:
        """The platform's clock, Unix seconds."""
        return time.time() + self.shift

    def follower(self, account: str, openid: str) -> Follower:
        """A user of an account, made where unknown."""
        return self.followers.setdefault((account, openid), Follower(openid))

    def account_of(self, token: str) -> tuple[Account | None, int]:
        """Whose token it is, and the error code where it is not good."""
        if self.faults.expire_tokens:
            self.faults.expire_tokens = False
            for tokens in self.tokens.values():
                tokens.until, tokens.old = 0.0, {}
        for app_id, tokens in self.tokens.items():
            if token == tokens.current or token in tokens.old:
                return self.by_app_id[app_id], tokens.error(token, self.now())
        return None, 40001

    async def close(self) -> None:
        """Stop all deliveries."""
        for task in list(self.running):
            task.cancel()
        await self.client.aclose()
