"""Deliveries by the API: pushes, windows, quotas, tokens and errors."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kefu.channels.wechat import courier as courier_module
from kefu.channels.wechat import delivery as delivery_module
from kefu.channels.wechat.delivery import Claim, Deliveries
from kefu.channels.wechat.models import WechatToken
from kefu.channels.wechat.pack import MORE
from tests.kefu.channels.wechat.conftest import Wire, Wired, end_leases, until
from tests.wechat_app import PATIENT

SEND = "/cgi-bin/message/custom/send"


def codes(wired: Wired) -> list[int]:
    return [code for path, code in wired.platform.calls if path == SEND]


async def until_not_claimed(deliveries: Deliveries, conversation: str) -> None:
    for _ in range(int(PATIENT / 0.05)):
        if not await deliveries.is_claimed(conversation):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("still claimed")


async def test_a_push_is_brought_at_once_and_once(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("你好")
        for _ in range(2):
            await wired.push("您的退款已经到账。", push_id="p1", agent="小王")
        await until(lambda: len(wired.heard()) == 2)
        assert await wired.heard_so_far() == ["答 你好", "【小王】您的退款已经到账。"]


async def test_what_is_said_as_the_courier_leaves_is_brought_at_once(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("你好")
        await wired.brought()
        courier = wired.channel._service._courier
        courier._looking.cancel()  # no second chance
        by_api, leaving = courier._deliveries.by_api, asyncio.Event()

        async def slow(*args: Any) -> Claim | None:
            claim = await by_api(*args)
            if claim is None and not leaving.is_set():
                leaving.set()
                await wired.push("二")
            return claim

        courier._deliveries.by_api = slow
        await wired.push("一")
        await leaving.wait()
        await wired.brought()
        assert wired.heard() == ["答 你好", "一", "二"]


async def test_what_the_quota_does_not_allow_waits_for_the_user(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("你好")
        for number in range(1, 6):
            await wired.push(f"进展{number}", push_id=f"p{number}")
            await until(lambda text=f"进展{number}": wired.heard()[-1] == text)
        for number in (6, 7):
            await wired.push(f"进展{number}", push_id=f"p{number}")
            await wired.brought()
        assert codes(wired) == [0] * 5, "the sixth is not even tried"
        await wired.say("继续")
        await until(lambda: "\n\n".join(wired.heard()).endswith("进展5\n\n进展6\n\n进展7"))
        assert wired.bot.heard == ["你好"]
        await wired.push("进展8")
        await until(lambda: wired.heard()[-1] == "进展8")


async def test_the_last_message_of_the_quota_says_that_there_is_more(wire: Wire) -> None:
    async with wire() as wired:
        await use_up_all_but_one(wired)
        await wired.push("。".join("字" * 60 for _ in range(40)))
        await until(lambda: wired.heard()[-1].endswith(MORE))
        await wired.say("好的")
        await until(lambda: "".join(wired.heard()).count("字" * 60) == 40)
        assert MORE not in wired.heard()[-1]


async def use_up_all_but_one(wired: Wired) -> None:
    """Four messages, each by itself: what is pushed before the courier begins would go with the one before."""
    await wired.say("你好")
    for number in range(4):
        await wired.push(f"短{number}")
        await until(lambda text=f"短{number}": wired.heard()[-1] == text)
        await wired.brought()


async def last_of_the_quota(wired: Wired) -> Claim:
    """The claim on the last message that may be sent, of a courier that goes no further."""
    await use_up_all_but_one(wired)
    courier = wired.channel._service._courier
    courier.kick = lambda _: None
    await wired.push("。".join("字" * 60 for _ in range(40)))
    claim = await courier._deliveries.by_api(wired.conversation(), is_allowed=True)
    assert claim is not None
    return claim


@pytest.mark.parametrize("word", ["好", "1"])
async def test_who_was_asked_may_go_on_although_nobody_confirmed_the_question(wire: Wire, word: str) -> None:
    async with wire() as wired:
        claim = await last_of_the_quota(wired)
        assert claim.asks and claim.text.endswith(MORE), "sent, and then the process dies"
        await end_leases(wired.database)
        await wired.say(word)
        assert wired.bot.heard == ["你好"], "the rest is meant"


async def test_who_was_not_asked_after_all_is_not_taken_to_be_asked(wire: Wire) -> None:
    async with wire() as wired:
        claim = await last_of_the_quota(wired)
        await wired.channel._service._courier._deliveries.refused(claim, needs_user=False)
        await wired.say("1")
        assert wired.bot.heard == ["你好", "1"], "a choice"


async def test_after_48_hours_a_push_waits(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    async with wire() as wired:
        await wired.say("你好")
        wired.platform.shift = 49 * 3600.0
        await wired.push("迟到的消息")
        await until(lambda: codes(wired) == [45015])
        await until(lambda: "again when the user writes" in caplog.text)
        await wired.looked_again()
        assert codes(wired).count(45015) == 1, "it is not tried again and again"
        wired.platform.shift = 0.0
        await wired.say("在吗")
        await until(lambda: wired.heard()[-1] == "迟到的消息")


@pytest.mark.parametrize("fault", ["refuse_token", "expire_tokens"])
async def test_a_refused_token_is_renewed_and_the_message_sent_once(wire: Wire, fault: str) -> None:
    async with wire() as wired:
        await wired.say("你好")
        await wired.push("一")
        await until(lambda: codes(wired) == [0])
        setattr(wired.platform.faults, fault, 1)
        await wired.push("二")
        await until(lambda: wired.heard()[-1] == "二")
        assert codes(wired)[-1] == 0
        assert codes(wired)[1] in (40001, 42001)
        assert wired.heard() == ["答 你好", "一", "二"]


@pytest.mark.parametrize("fault", ["busy", "used_up", "broken"])
async def test_an_api_in_trouble_is_tried_again_later(wire: Wire, fault: str) -> None:
    async with wire() as wired:
        await wired.say("你好")
        setattr(wired.platform.faults, fault, 2)
        await wired.push("一")
        await wired.push("二")
        await until(lambda: "二" in wired.heard()[-1])
        assert "\n\n".join(wired.heard()) == "答 你好\n\n一\n\n二"


async def test_failed_tries_use_up_no_quota(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_module, "_LONGEST_WAIT", 0.1)
    async with wire() as wired:
        await wired.say("你好")
        wired.platform.faults.busy = 7  # more often than a window has messages
        await wired.push("一")
        await until(lambda: wired.heard()[-1] == "一")
        assert codes(wired) == [-1] * 7 + [0]
        assert wired.user().quota.left == 4


async def test_the_last_message_of_the_quota_is_tried_again_too(wire: Wire) -> None:
    async with wire() as wired:
        await use_up_all_but_one(wired)
        wired.platform.faults.busy = 1
        await wired.push("。".join("字" * 60 for _ in range(40)))
        await until(lambda: wired.heard()[-1].endswith(MORE))
        assert codes(wired)[-2:] == [-1, 0]


async def test_a_message_whose_answer_is_lost_is_sent_again(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    async with wire() as wired:  # nobody can know: in doubt twice rather than never (docs/decisions/0038)
        await wired.say("你好")
        wired.platform.faults.lose_sends = 1
        await wired.push("一")
        await until(lambda: wired.heard().count("一") == 2)


async def test_a_dead_deliverers_message_is_taken_over(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("你好")
        courier = wired.channel._service._courier
        kick, courier.kick = courier.kick, lambda _: None  # busy elsewhere
        await wired.brought()
        await wired.push("一")
        deliveries = courier._deliveries
        await until_not_claimed(deliveries, wired.conversation())  # 你好 may not be confirmed yet
        assert await deliveries.by_api(wired.conversation(), is_allowed=True) is not None, "claimed, then it dies"
        assert await deliveries.by_api(wired.conversation(), is_allowed=True) is None
        courier.kick = kick
        await wired.looked_again()
        assert wired.heard() == ["答 你好"], "it is still claimed"
        await end_leases(wired.database)
        await until(lambda: wired.heard() == ["答 你好", "一"])


async def test_a_slow_send_does_not_outlast_its_claim(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else another process takes it for dead, and both send."""
    async with wire() as wired:
        await wired.say("你好")
        await wired.brought()
        courier = wired.channel._service._courier
        claim, send = delivery_module.CLAIM, courier._api.send
        monkeypatch.setattr(delivery_module, "CLAIM", timedelta(seconds=1))

        async def hang(*_: Any) -> None:  # refused, a new token, sent, and so on
            courier._api.send, delivery_module.CLAIM = send, claim
            await asyncio.Event().wait()

        courier._api.send = hang
        await wired.push("一")
        await until(lambda: "一" in wired.heard())
        assert courier_module._OF_CLAIM < 1
        assert await wired.heard_so_far() == ["答 你好", "一"]


async def test_no_secret_and_no_user_is_in_the_log(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with wire() as wired:
        openid = "oSecretPerson"
        await wired.say("你好", openid)
        wired.platform.faults.refuse_token, wired.platform.faults.broken = 1, 1
        await wired.push("一", openid)
        await until(lambda: wired.heard(openid)[-1] == "一")
        async with wired.database.read() as session:
            [row] = (await session.execute(select(WechatToken))).scalars()
        tokens = wired.platform.tokens["wx-app-post"]
        kefu = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("kefu"))
        assert "not sent" in kefu, "the log was looked at"
        for secret in (tokens.current, "app-secret-post", "token-post", openid, "你好"):
            assert secret not in kefu
        assert tokens.current not in row.token_sealed


async def test_after_an_unsubscription_nothing_is_kept_or_sent(wire: Wire) -> None:
    async with wire(api=False) as wired:
        await wired.say("长")
        await wired.event("unsubscribe")
        await wired.event("subscribe")
        assert "欢迎关注" in wired.heard()[-1]
        assert "第149句" not in "".join(wired.heard()), "what was still to come is forgotten"
