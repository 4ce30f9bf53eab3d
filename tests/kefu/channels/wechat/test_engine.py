"""The turn engine against the platform's side: passive in time, else by the API; once, and in order."""

import pytest

from tests.kefu.channels.wechat.conftest import Wire, until


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_a_quick_answer_goes_back_with_the_callback(wire: Wire, mode: str) -> None:
    async with wire(mode=mode) as wired:
        await wired.say("退款多久到账 ]]> <b>")
        [shown] = [one for one in wired.user().shown if one.who == "account"]
        assert (shown.text, shown.way) == ("答 退款多久到账 ]]> <b>", "passive")
        assert wired.user().quota.left == 5, "a passive answer costs nothing"


async def test_a_slow_answer_comes_by_the_api(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("慢1.6 查账单")
        assert wired.heard() == []
        await until(lambda: wired.heard() != [])
        shown = wired.user().shown[-1]
        assert (shown.text, shown.way) == ("答 慢1.6 查账单", "api")
        assert wired.user().typing == 1
        assert len(wired.bot.heard) == 1
