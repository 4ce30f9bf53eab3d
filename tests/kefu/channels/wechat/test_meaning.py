"""What callbacks ask for, and that the platform's side gets a fitting answer for each."""

from typing import Any

import pytest

from kefu.channels.wechat.incoming import read
from kefu.channels.wechat.meaning import goes_on
from kefu.channels.wechat.xml import BadXml
from sim.wechat import delivery
from tests.kefu.channels.wechat.conftest import Wire

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
BASE = {"ToUserName": "gh", "FromUserName": "o1", "CreateTime": "17", "MsgType": "text", "MsgId": "7"}


def test_events_are_named_by_user_moment_and_event() -> None:
    event = {**BASE, "MsgType": "event", "Event": "CLICK", "EventKey": "ask:refund"}
    first, again = read(event), read({**event, "Nonce": "other"})
    assert first.message_id == again.message_id
    others = [{"EventKey": "ask:fee"}, {"Event": "VIEW"}, {"CreateTime": "18"}]
    assert len({read({**event, **other}).message_id for other in others} | {first.message_id}) == 4


@pytest.mark.parametrize("change", [{"FromUserName": ""}, {"MsgId": "7;drop"}, {"MsgType": ""}, {"MsgId": "9" * 40}])
def test_a_callback_without_its_fields_is_none(change: dict[str, str]) -> None:
    with pytest.raises(BadXml):
        read({**BASE, **change})


@pytest.mark.parametrize("text", ["继续", "好的", "嗯嗯", "？", "OK", "在吗", "接着说。"])
def test_go_on(text: str) -> None:
    assert goes_on(text)


@pytest.mark.parametrize("text", ["退款", "1", "继续教育怎么付款", "不要", "", "好的，还有退款呢"])
def test_a_question_is_not_go_on(text: str) -> None:
    assert not goes_on(text)


async def test_each_kind_gets_a_fitting_answer(wire: Wire) -> None:
    async with wire() as wired:

        async def send(**fields: Any) -> str:
            before = len(wired.heard())
            await delivery.send(wired.platform, "post", "o1", fields)
            assert len(wired.heard()) == before + 1
            return wired.heard()[-1]

        assert await send(MsgType="voice", MediaId="v", Recognition="退款多久") == "答 退款多久"
        assert "没听清" in await send(MsgType="voice", MediaId="v", Recognition="")
        assert "位置收到了" in await send(MsgType="location", Location_X="1", Location_Y="2", Label="北京")
        assert "链接" in await send(MsgType="link", Title="看这里", Url="http://example.invalid")
        assert "看不了" in await send(MsgType="video", MediaId="v")
        assert "没有收到" in await send(MsgType="image", MediaId="none", PicUrl="http://example.invalid")
        assert wired.bot.heard == ["退款多久"]
        wired.platform.media["M"] = ("image/png", PNG)
        assert await send(MsgType="image", MediaId="M", PicUrl="http://example.invalid") == "答 (图片)"
        wired.platform.media["M"] = ("image/png", b"<html>")
        assert "没有收到" in await send(MsgType="image", MediaId="M", PicUrl="http://example.invalid")
        assert await send(MsgType="text", Content="解绑") == "答 解绑", "who is not bound may mean a bank card"


async def test_events_begin_turns_or_stay_without_answer(wire: Wire) -> None:
    async with wire() as wired:
        await wired.event("subscribe")
        assert "欢迎关注邮政数字钱包" in wired.heard()[-1] and wired.heard()[-1].endswith("答 /menu")
        await wired.event("CLICK", "ask:refund")
        await wired.event("CLICK", "open:main")
        await wired.event("CLICK", "ask:human_agent; forged")
        assert wired.bot.heard == ["/menu", "/refund", '/menu{"menu": "main"}', "/menu"]
        said = len(wired.heard())
        await wired.event("VIEW", "http://example.invalid")
        await wired.event("LOCATION")
        await wired.event("unsubscribe")
        assert len(wired.heard()) == said
        assert {status for _, status in wired.platform.callbacks} == {200}


async def test_an_account_speaks_for_its_brand(wire: Wire) -> None:
    async with wire(brand="my") as wired:
        await wired.event("subscribe")
        assert "欢迎关注MY钱包" in wired.heard()[-1]
        assert wired.bot.brands == ["my"]


async def test_a_command_that_is_typed_is_only_text(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("/human_agent")
        assert wired.bot.heard == ["human_agent"]


@pytest.mark.parametrize("how", ["我要真人", "转人工的按钮", "菜单"])
async def test_wechats_own_service_takes_over_where_it_is_set(wire: Wire, how: str) -> None:
    async with wire(handoff="wechat", kf_account="kf1@post") as wired:
        if how == "菜单":
            await wired.event("CLICK", "ask:human_agent")
        elif how == "转人工的按钮":
            await wired.say("选")
            await wired.say("2")
        else:
            await wired.say(how)
        shown = wired.user().shown[-1]
        assert (shown.kind, shown.text) == ("transfer_customer_service", "[转接微信客服 kf1@post]")
        assert all("真人" not in text and "human" not in text for text in wired.bot.heard), "the bot keeps out of it"


async def test_a_model_that_fails_while_a_person_may_be_wanted_leaves_nobody_in_silence(wire: Wire) -> None:
    async with wire(handoff="wechat") as wired:
        await wired.say("崩了吗")
        assert wired.heard() == ["答 崩了吗"], "the door says something in every case"
