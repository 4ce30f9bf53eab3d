"""Followers: the name of their conversation, and what may be sent to them."""

from datetime import datetime, timedelta, timezone

import pytest
from pydantic import SecretStr

from kefu.channels.wechat.models import WechatUser
from kefu.channels.wechat.users import MESSAGE, _allow, account_name, conversation_of
from kefu.settings import settings

NOW = datetime(2026, 11, 26, tzinfo=timezone.utc)


def test_a_conversation_names_nobody_and_outlives_a_change_of_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = conversation_of("post", "oPerson")
    assert "oPerson" not in before and account_name(before) == "post"
    assert len({before, conversation_of("my", "oPerson"), conversation_of("post", "oOther")}) == 3
    monkeypatch.setattr(settings(), "old_secrets", settings().secret)
    monkeypatch.setattr(settings(), "secret", SecretStr("a new key"))
    assert conversation_of("post", "oPerson") == before


def test_a_conversation_of_the_website_belongs_to_no_account() -> None:
    assert account_name("web-1") == ""


@pytest.mark.parametrize(
    ("left", "minutes", "action", "then"),
    [
        (0, -1, MESSAGE, (5, 48 * 60)),
        (2, 60, MESSAGE, (5, 48 * 60)),
        (0, -1, "CLICK", (3, 1)),
        (2, 60, "CLICK", (2, 60)),  # a small window closes no larger one
        (0, 60, "SCAN", (3, 1)),
        (0, -1, "VIEW", (0, -1)),
    ],
)
def test_what_an_action_allows(left: int, minutes: int, action: str, then: tuple[int, int]) -> None:
    user = WechatUser(quota=left, window_until=NOW + timedelta(minutes=minutes))
    _allow(user, action, NOW)
    assert (user.quota, user.window_until) == (then[0], NOW + timedelta(minutes=then[1]))
