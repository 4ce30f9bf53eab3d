"""The turn engine against the platform's side: passive in time, else by the API; once, and in order."""

import asyncio

import pytest
from sqlalchemy import delete

from kefu.channels.limits import Rate
from kefu.channels.log import MessageLog
from kefu.channels.models import Message
from kefu.channels.wechat import tasks as tasks_module
from kefu.channels.wechat.pack import MORE
from sim.wechat import delivery
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
        await wired.say_late("等查账单")
        assert wired.heard() == []
        await until(lambda: wired.user().typing == 1)
        wired.bot.go.set()
        await until(lambda: wired.heard() != [])
        shown = wired.user().shown[-1]
        assert (shown.text, shown.way) == ("答 等查账单", "api")
        assert len(wired.bot.heard) == 1


async def test_a_repeated_callback_gets_the_same_answer_without_a_second_turn(wire: Wire) -> None:
    async with wire() as wired:
        wired.platform.faults.lose_answers = 2
        number = await wired.say("你好")
        assert [status for key, status in wired.platform.callbacks if key == number] == [200, 200, 200]
        assert wired.heard() == ["答 你好"]
        assert wired.bot.heard == ["你好"]


async def test_a_callback_that_comes_twice_at_once_is_answered_once(wire: Wire) -> None:
    async with wire() as wired:
        wired.platform.faults.duplicate = 1
        saying = asyncio.create_task(wired.say("等你好"))
        await until(lambda: wired.waiting() == 2)
        wired.bot.go.set()
        await saying
        assert await wired.heard_so_far() == ["答 等你好"]
        assert len(wired.bot.heard) == 1


async def test_a_repetition_of_a_slow_turn_does_not_start_another(wire: Wire) -> None:
    async with wire() as wired:
        wired.platform.faults.lose_answers = 1
        saying = asyncio.create_task(wired.say_late("等你好"))
        await until(lambda: wired.platform.faults.lose_answers == 0 and wired.waiting() == 1)
        wired.bot.go.set()
        await saying
        assert await wired.heard_so_far() == ["答 等你好"]
        assert len(wired.bot.heard) == 1


async def test_an_old_message_that_comes_again_later_changes_nothing(wire: Wire) -> None:
    async with wire() as wired:
        first = await wired.say("一")
        await wired.say("二")
        await wired.repeat(first, "一")
        assert wired.bot.heard == ["一", "二"]
        assert wired.heard() == ["答 一", "答 二", "答 一"], "the platform asks again because it has shown nothing"


async def test_callbacks_out_of_order_are_answered_as_they_come(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("二")
        old = {"MsgType": "text", "Content": "一"}
        await delivery.send(wired.platform, "post", "o1", old, MsgId="1", CreateTime="1700000000")
        assert wired.heard() == ["答 二", "答 一"]
        for _ in range(2):  # an event has no id: user, moment and event name it
            fields = {"MsgType": "event", "Event": "CLICK", "EventKey": "ask:refund"}
            await delivery.send(wired.platform, "post", "o1", fields, CreateTime="1700000001")
        assert wired.bot.heard == ["二", "一", "/refund"]


async def test_answers_come_in_order_although_the_first_is_slow(wire: Wire) -> None:
    async with wire() as wired:
        saying = []
        for text in ("等一", "二", "三"):
            saying.append(asyncio.create_task(wired.say(text)))
            await wired.logged(text)
        await until(lambda: wired.bot.heard != [])
        wired.clock.end()
        await asyncio.gather(*saying)
        wired.bot.go.set()
        await until(lambda: sum(text.count("答") for text in wired.heard()) == 3)
        said = "\n".join(wired.heard())
        assert said.index("一") < said.index("二") < said.index("三")
        assert wired.bot.heard == ["等一", "二", "三"]


async def test_several_messages_are_one_and_a_long_one_is_several(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("多")
        assert wired.heard() == ["第1条\n\n第2条\n\n第3条"]
        await wired.say("长")
        await until(lambda: wired.heard()[-1].endswith("第149句说的是钱包里的事，有点长。"))
        parts = wired.heard()[1:]
        assert len(parts) > 1
        assert all(len(part.encode()) <= 2048 and part.endswith("。") for part in parts)
        assert "".join(parts).replace("\n", "") == "".join(f"第{n}句说的是钱包里的事，有点长。" for n in range(150))


async def test_choices_are_a_list_whose_digits_work_or_a_menu_that_can_be_clicked(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("选一个")
        assert wired.heard()[-1].endswith("1 没解决\n2 转人工\n（回复数字选择）")
        await wired.say("2")
        assert wired.bot.heard[-1] == "/human_agent"
        await wired.push("还有问题吗？", buttons=[{"title": "没有了", "payload": "/affirm"}])
        await until(lambda: wired.user().shown[-1].kind == "msgmenu")
        [(choice, title)] = wired.user().shown[-1].menu
        await wired.say(title, bizmsgmenuid=choice)
        assert wired.bot.heard[-1] == "/affirm"
        await wired.say(title, bizmsgmenuid="999.7")
        assert wired.bot.heard[-1] in ("没有了", "/affirm"), "a forged id is only text"


async def test_a_choice_of_a_line_that_is_gone_is_not_another_lines(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("你好")
        await wired.push("还有问题吗？", buttons=[{"title": "没有了", "payload": "/affirm"}])
        await until(lambda: wired.user().shown[-1].kind == "msgmenu")
        await wired.say("转人工", bizmsgmenuid="0.0")
        assert wired.bot.heard[-1] == "转人工"
        async with wired.database.write() as session:
            await session.execute(delete(Message).where(Message.seq < 3))  # too old to be kept
        await wired.say("转人工", bizmsgmenuid="1.0")
        assert wired.bot.heard[-1] == "转人工", "what was read on the button counts"


async def test_who_floods_is_asked_to_wait_and_alone(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks_module, "MESSAGES", Rate(2, 0.01))
    async with wire() as wired:
        for text in ("一", "二", "三，卡号6222021234567890128"):
            await wired.say(text)
        assert wired.bot.heard == ["一", "二"]
        assert "太快" in wired.heard()[-1]
        logged = [line.body["text"] for line in await MessageLog(wired.database).after(wired.conversation(), 0)]
        assert logged[-2].startswith("三") and "6222021234567890128" not in logged[-2], "kept, and masked"
        await wired.say("你好", "o2")
        assert wired.heard("o2") == ["答 你好"]


async def test_an_emergency_is_heard_although_its_sender_floods_but_not_for_ever(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks_module, "MESSAGES", Rate(1, 0.001))
    monkeypatch.setattr(tasks_module, "EMERGENCIES", Rate(2, 0.001))
    async with wire() as wired:
        for text in ("在吗", "快", "我的钱被盗刷了", "我的钱被盗刷了！", "我的钱被盗刷了！！"):
            await wired.say(text)
        assert wired.bot.heard == ["在吗", "我的钱被盗刷了", "我的钱被盗刷了!"]
        assert ["太快" in text for text in wired.heard()] == [False, True, False, False, True]


async def test_silence_is_no_reply_but_an_apology(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("静")
        assert "单号" in wired.heard()[-1]


async def test_twenty_users_at_once_each_get_their_own_answers(wire: Wire) -> None:
    async with wire() as wired:
        users = [f"o{number}" for number in range(20)]
        await asyncio.gather(*(wired.say(f"一 {openid}", openid) for openid in users))
        saying = [asyncio.create_task(wired.say(f"等二 {openid}", openid)) for openid in users]
        await until(lambda: len(wired.bot.heard) == 40)
        wired.clock.end()
        await asyncio.gather(*saying)
        wired.bot.go.set()
        await until(lambda: all(len(wired.heard(openid)) == 2 for openid in users))
        for openid in users:
            assert wired.heard(openid) == [f"答 一 {openid}", f"答 等二 {openid}"]
        assert len(wired.bot.heard) == 40


async def test_an_account_without_the_api_asks_the_user_to_write_again(wire: Wire) -> None:
    async with wire(api=False) as wired:
        await wired.say_late("等查账单")
        assert "回复任意内容" in wired.heard()[-1]
        saying = asyncio.create_task(wired.say("1"))
        await wired.logged("1")
        wired.bot.go.set()
        await saying
        assert wired.heard()[-1] == "答 等查账单"
        assert len(wired.bot.heard) == 1, "going on is no question of its own"
        await wired.say("长")
        assert wired.heard()[-1].endswith(MORE)
        await wired.say("退款要多久")  # a question instead: first the rest, then its answer
        texts = wired.heard()
        while texts[-1].endswith(MORE):
            await wired.say("继续")
            texts = wired.heard()
        assert texts[-1].endswith("答 退款要多久")
        assert wired.bot.heard[-1] == "退款要多久"
        assert wired.platform.calls == [], "nothing was tried by the API"
