"""Access tokens: one asks, all have it; renewed before the end and after a refusal."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from kefu.channels.wechat import tokens as tokens_module
from kefu.channels.wechat.accounts import load_accounts
from kefu.channels.wechat.api import ApiError
from kefu.channels.wechat.tokens import Tokens
from kefu.database import Database
from tests.kefu.channels.wechat.conftest import environment
from tests.wechat_app import PATIENT

ACCOUNT = load_accounts({"post": {"app_id": "wx1"}}, environment())["post"]


class Platform:
    """Gives tokens as stable_token does: the same until it is forced."""

    def __init__(self, seconds: float = 7200.0) -> None:
        self.asked: list[bool] = []
        self.number, self._seconds = 1, seconds

    async def __call__(self, _: Any, force: bool) -> tuple[str, float]:
        self.asked.append(force)
        await asyncio.sleep(0.2)
        self.number += force
        return f"AT-{self.number}", self._seconds


def processes(database: Database, platform: Any, number: int) -> list[Tokens]:
    """Several processes' view of the tokens."""
    return [Tokens(database, platform) for _ in range(number)]


async def test_many_ask_at_once_and_the_platform_is_asked_once(database: Database) -> None:
    platform = Platform()
    found = processes(database, platform, 3)
    assert set(await asyncio.gather(*(one.get(ACCOUNT) for one in found * 5))) == {"AT-1"}
    assert platform.asked == [False]
    assert await Tokens(database, platform).get(ACCOUNT) == "AT-1", "a process that starts later reads it"
    assert platform.asked == [False]


async def test_a_refused_token_is_replaced_once_for_all(database: Database) -> None:
    platform = Platform()
    found = processes(database, platform, 3)
    await asyncio.gather(*(one.get(ACCOUNT) for one in found))
    assert set(await asyncio.gather(*(one.get(ACCOUNT, refused="AT-1") for one in found))) == {"AT-2"}
    assert platform.asked == [False, False, True], "force only where the platform still names the refused one"
    assert await found[0].get(ACCOUNT) == "AT-2"


async def test_a_token_near_its_end_is_renewed(database: Database) -> None:
    platform = Platform(seconds=200.0)
    tokens = Tokens(database, platform)
    await tokens.get(ACCOUNT)
    platform.number = 5
    assert await tokens.get(ACCOUNT) == "AT-5"


async def test_a_platform_that_refuses_leaves_nobody_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens_module, "_ASKING", timedelta(days=1))

    async def refuse(_: Any, force: bool) -> tuple[str, float]:
        raise ApiError(40125, "invalid appsecret")

    tokens = Tokens(database, refuse)
    for _ in range(2):
        with pytest.raises(ApiError):
            await asyncio.wait_for(tokens.get(ACCOUNT), PATIENT)
