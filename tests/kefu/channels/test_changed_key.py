"""After `rotate-key` customers keep what they hold, for a time; after a leak they do not."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from kefu import sealing
from kefu.channels.quick_replies import resolve, seal_buttons
from kefu.channels.website import user_token
from kefu.channels.website.session import customer_session, read_session, renewed, visitor_session
from kefu.channels.website.user_token import read_user_token, sign_user_token, site_secret
from kefu.settings import Settings

BUTTONS = [{"title": "已解决", "payload": "/affirm"}]
SOON, PAST = (datetime.now(timezone.utc) + timedelta(days=days) for days in (1, -1))

UseKeys = Callable[..., None]


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> UseKeys:
    def use(secret: str, *old: str, until: datetime | None = None, **more: str) -> None:
        found = Settings(secret=secret, old_secrets=",".join(old), old_signed_until=until, **more)
        for module in (sealing, user_token):
            monkeypatch.setattr(module, "settings", lambda: found)

    return use


def held() -> tuple[str, str, str]:
    """A session's token, a button, a site's word for its customer."""
    word = sign_user_token("my", "u-1", int(time.time()) + 600, site_secret("my"))
    return visitor_session("my", "web-1").token, seal_buttons("web-1", BUTTONS)[0]["payload"], word


def counts(token: str, button: str, word: str) -> list[bool]:
    return [read_session(token) is not None, resolve("web-1", button) is not None, read_user_token(word, "my") == "u-1"]


def test_what_customers_hold_counts_until_the_time_is_over(keys: UseKeys) -> None:
    keys("first")
    before = held()
    keys("second", "first", until=SOON)
    assert counts(*before) == [True] * 3
    now = held()
    for until in (PAST, None):
        keys("second", "first", until=until)
        assert counts(*before) == [False] * 3
        assert counts(*now) == [True] * 3  # the new key alone has signed


def test_a_renewed_session_is_of_the_new_key(keys: UseKeys) -> None:
    keys("first")
    token = visitor_session("my", "web-1").token
    keys("second", "first", until=SOON)
    session = read_session(token)
    assert session
    renewed_token = renewed(session).token
    keys("second", "first", until=PAST)
    found = read_session(renewed_token)
    assert found and found.conversation == "web-1"


def test_only_the_latest_earlier_key_counts(keys: UseKeys) -> None:
    keys("leaked")
    before = held()
    keys("third", "second", "leaked", until=SOON)
    assert counts(*before) == [False] * 3


def test_a_sites_customer_keeps_the_conversation_through_any_number_of_changes(keys: UseKeys) -> None:
    found = set()
    for chain in (("first",), ("second", "first"), ("third", "second", "first")):
        keys(*chain)
        found.add(customer_session("my", "u-1").conversation)
    assert len(found) == 1
    keys("third", "second")
    assert customer_session("my", "u-1").conversation not in found


def test_a_sites_own_secret_does_not_change(keys: UseKeys) -> None:
    keys("first", site_secrets="my=of-the-site")
    before = held()[2]
    keys("second", "first", until=PAST, site_secrets="my=of-the-site")
    assert read_user_token(before, "my") == "u-1"
    assert site_secret("my") == "of-the-site"
