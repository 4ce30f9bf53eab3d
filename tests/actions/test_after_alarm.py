"""The story that follows an alarm goes into its ticket; no alarm, but a calm word, over what has not happened."""

from decimal import Decimal

import pytest

from actions.answer import ActionAnswer
from actions.recovery import ActionOutOfScope
from actions.ticket_form import ValidateTicketForm
from kefu.database import Database
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import TicketService
from tests.actions.conversation import Talk, faq_of, text_of

pytestmark = pytest.mark.usefixtures("own_database")


async def alarmed(text: str, intent: str = "account_theft") -> Talk:
    talk = Talk()
    assert "utter_emergency_" in text_of(await talk.hear(ActionAnswer(), text, intent))
    return talk


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("微信转的", "transfer"),
        ("转给他的微信收款码", "transfer"),
        ("他说他是客服", "transfer"),
        ("在咸鱼上", "greet"),
        ("通过支付宝转给他的", "transfer"),
        ("他让我下载一个软件", "product_news"),
        ("是扫他发的二维码付的", "payment_scenario"),
        ("用银行卡付的", "bank_card"),
        ("骗子先叫我充值", "top_up"),
        ("我在上面充值了", "top_up"),
        ("微信", "contact"),
    ],
)
async def test_the_story_goes_into_the_ticket(own_database: Database, text: str, intent: str) -> None:
    talk = await alarmed("我的钱被骗走了")
    assert text_of(await talk.hear(ActionAnswer(), text, intent)) == "utter_note_stored"
    [ticket] = await TicketService(own_database).queue()
    assert [note.text for note in await TicketMessages(own_database).of(ticket.id)] == [text]
    assert talk.slots["alarm"] == "account_theft"
    assert talk.slots["question"] == f"我的钱被骗走了；{text}", "the form does not ask for it again"


@pytest.mark.parametrize(
    ("text", "intent"),
    [("手续费多少", "fee"), ("我想提现到微信", "withdraw"), ("怎么提现到银行卡", "withdraw")],
)
async def test_another_matter_is_answered(text: str, intent: str) -> None:
    talk = await alarmed("我的钱被骗走了")
    [faq_id] = faq_of(await talk.hear(ActionAnswer(), text, intent))
    assert faq_id.startswith(f"{intent}.")
    assert talk.slots["topic"] == intent


@pytest.mark.parametrize(
    "text", ["怎么办啊急死了", "急死我了", "我好慌怎么办", "那现在怎么办呀", "我快急疯了", "急死了怎么办"]
)
async def test_panic_gets_the_next_step(text: str) -> None:
    talk = await alarmed("把验证码告诉别人了")
    assert text_of(await talk.hear(ActionOutOfScope(), text, "out_of_scope", 0.5)) == "utter_alarm_what_now"


@pytest.mark.parametrize(
    ("text", "field", "found"),
    [("350", "amount", Decimal(350)), ("三百五", "amount", Decimal(350)), ("昨天晚上", "time", "2026-11-26T20:00")],
)
async def test_a_lone_fact_fills_the_ticket(own_database: Database, text: str, field: str, found: object) -> None:
    talk = await alarmed("我的钱被骗走了")
    entities = {"time": str(found)} if field == "time" else {}
    said = await talk.hear(ActionOutOfScope(), text, "out_of_scope", **entities)
    assert text_of(said) == "utter_note_stored"
    [ticket] = await TicketService(own_database).queue()
    assert getattr(ticket, field) == found
    assert talk.slots[field]


async def test_a_phone_fills_the_ticket(own_database: Database) -> None:
    talk = await alarmed("我的钱被骗走了")
    await talk.hear(ActionOutOfScope(), "138****5678", "out_of_scope", phone="138****5678")
    [ticket] = await TicketService(own_database).queue()
    assert ticket.phone == "138****5678"


@pytest.mark.parametrize("text", ["对方电话138****5678", "骗子的手机号是138****5678", "他号码138****5678"])
async def test_another_persons_phone_is_not_to_be_called(own_database: Database, text: str) -> None:
    talk = await alarmed("我的钱被骗走了")
    said = await talk.hear(ActionAnswer(), text, "contact", 0.4, phone="138****5678")
    assert text_of(said) == "utter_note_stored"
    [ticket] = await TicketService(own_database).queue()
    assert (ticket.phone, talk.slots["phone"]) == (None, None)


async def test_a_story_with_the_other_persons_phone_is_told_at_once(own_database: Database) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "我被骗了,骗子电话138****5678", "account_theft", phone="138****5678")
    [ticket] = await TicketService(own_database).queue()
    assert (ticket.phone, talk.slots["phone"]) == (None, None)


@pytest.mark.parametrize("text", ["帮我冻结账户", "冻结了吗", "请帮我拦截一下"])
async def test_what_only_the_telephone_can_do(text: str) -> None:
    talk = await alarmed("我的钱被骗走了")
    assert text_of(await talk.hear(ActionAnswer(), text, "transfer")) == "utter_freeze_yourself"


@pytest.mark.parametrize("text", ["差点被骗了还好没转", "骗子要我的验证码我没给", "手机丢了又找到了还用挂失吗"])
async def test_a_calm_word_where_nothing_has_happened(own_database: Database, text: str) -> None:
    assert text_of(await Talk().hear(ActionAnswer(), text, "account_theft")) == "utter_unharmed"
    assert await TicketService(own_database).queue() == []


async def test_after_an_alarm_the_calm_word_is_for_the_agent(own_database: Database) -> None:
    talk = await alarmed("我的钱被盗刷了")
    said = await talk.hear(ActionAnswer(), "我看错了是我老公刷的", "account_theft")
    assert text_of(said) == "utter_alarm_taken_back"


async def test_codes_are_told_to_nobody(own_database: Database) -> None:
    said = await Talk().hear(ActionAnswer(), "验证码能告诉别人吗", "verification_code")
    assert text_of(said) == "utter_never_tell_codes"
    assert await TicketService(own_database).queue() == []


@pytest.mark.parametrize(
    "text", ["怕是骗子不留电话", "怕是骗子不留", "谁知道你们是不是骗子不填", "担心诈骗,不想给号码", "我不留电话,怕骗子"]
)
async def test_fear_is_a_reason_to_leave_no_phone(own_database: Database, text: str) -> None:
    talk = Talk()
    talk.slots |= {"topic": "payment_failed", "description": "付款失败", "requested_slot": "phone"}
    assert text_of(await talk.hear(ValidateTicketForm(), text, "account_theft", 0.66)) == ""
    assert (talk.slots["phone"], talk.slots["topic"]) == ("未提供", "payment_failed")
    assert await TicketService(own_database).queue() == []


async def test_a_theft_is_an_alarm_at_the_phone_question_too(own_database: Database) -> None:
    talk = Talk()
    talk.slots |= {"topic": "payment_failed", "description": "付款失败", "requested_slot": "phone"}
    await talk.hear(ValidateTicketForm(), "不留了,我的钱刚被骗走了", "account_theft", 0.9)
    assert len(await TicketService(own_database).queue()) == 1
