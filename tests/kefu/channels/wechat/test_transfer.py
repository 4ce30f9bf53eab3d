"""A transfer to WeChat's own service: what stands before it in the log is not lost."""

from kefu.channels.wechat.pack import TRANSFER_AGAIN, TRANSFER_NEXT
from tests.kefu.channels.wechat.conftest import Wire, Wired, until

TRANSFERRED = "[转接微信客服 ]"
NEWS = "您的退款到账了"


async def owed(wired: Wired) -> None:
    """Something was said that the courier has not brought yet."""
    await wired.say("你好")
    await wired.brought()
    wired.channel._service._courier.kick = lambda _: None
    await wired.push(NEWS)


async def test_what_was_owed_is_brought_first(wire: Wire) -> None:
    async with wire(handoff="wechat") as wired:
        await owed(wired)
        await wired.say("我要真人")
        assert wired.heard() == ["答 你好", NEWS, TRANSFERRED]


async def test_where_the_api_fails_the_customer_is_told_how_to_go_on(wire: Wire) -> None:
    async with wire(handoff="wechat") as wired:
        courier = wired.channel._service._courier
        kick = courier.kick
        await owed(wired)
        wired.platform.faults.busy = 1
        await wired.say("我要真人")
        assert wired.heard() == ["答 你好", NEWS]
        courier.kick = kick
        await until(lambda: wired.heard()[-1] == TRANSFER_AGAIN)
        await wired.say("我要真人")
        assert wired.heard()[-1] == TRANSFERRED


async def test_without_the_api_the_next_word_is_transferred(wire: Wire) -> None:
    async with wire(handoff="wechat", api=False) as wired:
        await owed(wired)
        await wired.say("我要真人")
        assert wired.heard()[-1] == f"{NEWS}\n{TRANSFER_NEXT}"
        await wired.say("好")
        assert wired.heard()[-1] == TRANSFERRED
        assert wired.bot.heard == ["你好"]
