"""While an alarm is open the talk stays with it: its questions, its facts, and taking it back."""

import pytest
from rasa_sdk import Action

from actions.answer import ActionAnswer
from actions.cancel import ActionCancel
from actions.handoff import ActionToPerson
from actions.recovery import ActionOutOfScope
from actions.solved import ActionHeard, ActionWhatNow
from actions.ticket_form import ValidateTicketForm
from actions.tickets import ActionSubmitTicket
from kefu.database import Database
from kefu.desk.lifecycle import Status
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import TicketService
from tests.actions.conversation import Talk, faq_of, text_of, titles_of

pytestmark = pytest.mark.usefixtures("own_database")


async def alarmed(text: str, intent: str = "account_theft") -> Talk:
    talk = Talk()
    assert "utter_emergency_" in text_of(await talk.hear(ActionAnswer(), text, intent))
    return talk


async def notes(database: Database) -> list[str]:
    [ticket] = await TicketService(database).queue()
    return [note.text for note in await TicketMessages(database).of(ticket.id)]


@pytest.mark.parametrize(
    ("text", "intent", "faq_id"),
    [
        ("怎么冻结", "account_locked", "account_theft.freeze"),
        ("他会不会把我的钱转走", "data_security", "account_theft.more_loss"),
        ("还要我做什么", "about_wallet", "account_theft.what_else"),
        ("被盗刷的钱能追回来吗", "account_theft", "account_theft.money_back"),
    ],
)
async def test_a_question_is_answered_and_the_alarm_stays_open(
    own_database: Database, text: str, intent: str, faq_id: str
) -> None:
    talk = await alarmed("我的钱被盗刷了")
    assert faq_of(await talk.hear(ActionAnswer(), text, intent)) == [faq_id]
    said = await talk.hear(ActionOutOfScope(), "昨晚11点", "out_of_scope", time=("2026-11-26T23:00", "昨晚11点"))
    assert text_of(said) == "utter_note_stored"
    [ticket] = await TicketService(own_database).queue()
    assert ticket.time == "2026-11-26T23:00"


async def test_out_of_scope_for_the_classifier_is_a_question_all_the_same() -> None:
    talk = await alarmed("我妈被人骗了两万块")
    assert faq_of(await talk.hear(ActionOutOfScope(), "我该怎么报警", "out_of_scope")) == ["account_theft.police"]


async def test_nobody_reads_the_same_twice() -> None:
    talk = await alarmed("我的钱被盗刷了")
    await talk.hear(ActionAnswer(), "你们赔不赔", "data_security")
    assert text_of(await talk.hear(ActionAnswer(), "到底赔不赔", "data_security")) == "utter_alarm_said_before"


async def test_a_second_question_about_freezing_gets_the_next_answer() -> None:
    talk = await alarmed("我的钱被盗刷了")
    await talk.hear(ActionAnswer(), "怎么冻结", "account_locked")
    said = await talk.hear(ActionAnswer(), "在哪里冻结", "account_locked")
    assert faq_of(said) == ["account_theft.freeze_fails"]


async def test_a_question_without_an_answer_goes_to_the_agent(own_database: Database) -> None:
    talk = await alarmed("我的钱被盗刷了")
    said = await talk.hear(ActionAnswer(), "会影响我孩子上学吗", "register")
    assert text_of(said) == "utter_alarm_asked_agent"
    assert "怎么冻结账户" in titles_of(said)
    assert await notes(own_database) == ["会影响我孩子上学吗"]


@pytest.mark.parametrize(
    ("alarm", "text"),
    [
        ("手机丢了", "找到了,在沙发下面"),
        ("我的钱被盗刷了", "不好意思看错了,是我老公买的"),
        ("被盗刷了", "没事了"),
        ("被盗刷了", "我没被盗刷"),
        ("被盗刷了", "钱退回来了"),
    ],
)
async def test_an_alarm_is_taken_back(own_database: Database, alarm: str, text: str) -> None:
    talk = await alarmed(alarm)
    assert text_of(await talk.hear(ActionAnswer(), text, "contact")) == "utter_alarm_taken_back"
    assert await notes(own_database) == [f"客户说没事了，希望撤销：{text}"]
    [ticket] = await TicketService(own_database).queue()
    assert Status(ticket.status).is_active, "only the agent closes it"
    assert talk.slots["alarm"] is None


@pytest.mark.parametrize("text", ["他退了一半给我了", "找到了", "是我老公刷的吗", "看错了名字 转给骗子了"])
async def test_half_of_the_news_takes_nothing_back(text: str) -> None:
    talk = await alarmed("我的钱被盗刷了")
    assert text_of(await talk.hear(ActionAnswer(), text, "out_of_scope")) != "utter_alarm_taken_back"
    assert talk.slots["alarm"] == "account_theft"


@pytest.mark.parametrize(
    ("action", "text", "intent", "response"),
    [
        (ActionWhatNow, "跳过", "skip", "utter_alarm_what_now"),
        (ActionHeard, "确认", "affirm", "utter_alarm_heard"),
        (ActionCancel, "算了", "cancel", "utter_alarm_stays"),
    ],
)
async def test_small_words_are_words_on_the_alarm(action: type[Action], text: str, intent: str, response: str) -> None:
    talk = await alarmed("被盗刷1200")
    assert text_of(await talk.hear(action(), text, intent)) == response
    assert talk.slots["alarm"] == "account_theft"


async def test_after_another_matter_the_alarm_is_there_again(own_database: Database) -> None:
    talk = await alarmed("被盗刷了2000")
    await talk.hear(ActionAnswer(), "我先问下手续费多少", "fee")
    assert talk.slots["topic"] == "fee"
    assert text_of(await talk.hear(ActionCancel(), "接着登记吧", "cancel")) == "utter_alarm_resumed"
    await talk.hear(ActionOutOfScope(), "3000", "out_of_scope")
    assert await notes(own_database) == ["3000"]


async def test_a_question_is_no_wish_for_a_person() -> None:
    talk = await alarmed("转错了 2000元", "transfer")
    said = await talk.hear(ActionToPerson(), "能直接帮我扣回来吗", "human_agent")
    assert faq_of(said) == ["transfer.deduct_back"]
    assert text_of(await talk.hear(ActionToPerson(), "转人工", "human_agent")) == "utter_person_has_ticket"


async def test_its_form_answers_its_questions_and_asks_on() -> None:
    talk = await alarmed("被骗了")
    talk.slots |= {"description": "被骗了", "requested_slot": "time"}
    assert faq_of(await talk.hear(ValidateTicketForm(), "你们赔不赔", "data_security")) == ["account_theft.who_pays"]
    assert (talk.slots["requested_slot"], talk.slots["back"]) == ("time", True)


async def test_its_form_does_not_ask_for_what_the_alarm_has_told() -> None:
    talk = await alarmed("手机丢了")
    await talk.hear(ValidateTicketForm(), "我要找人工", "human_agent")
    assert talk.slots["description"] == "手机丢了"


async def test_in_its_form_it_is_taken_back_and_what_waited_is_taken_up(own_database: Database) -> None:
    talk = Talk()
    talk.slots |= {"topic": "withdraw", "description": "提现失败", "amount": "100", "requested_slot": "phone"}
    await talk.hear(ValidateTicketForm(), "我的钱被盗了", "account_theft")
    said = await talk.hear(ValidateTicketForm(), "是我老公提的,没事", "out_of_scope")
    assert text_of(said) == "utter_alarm_taken_back"
    assert talk.slots["requested_slot"] is None
    assert text_of(await talk.hear(ActionSubmitTicket(), "是我老公提的,没事", "out_of_scope")) == "utter_take_up"
    assert (talk.slots["topic"], talk.slots["amount"]) == ("withdraw", "100")
    assert len(await notes(own_database)) == 1


async def test_what_waited_is_asked_about() -> None:
    talk = Talk()
    talk.slots |= {"topic": "refund_arrival", "question": "退款没到账", "asks": "register"}
    assert text_of(await talk.hear(ActionAnswer(), "那退款的事呢", "refund_arrival")) == "utter_press_register"


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("我收到一条短信说我账户异常要我点链接", "还填了银行卡号和密码", "code_given"),
        ("陌生人给我转了500块,让我转回去", "我转了", "scam"),
        ("借款平台让我交解冻费", "交了3000", "scam"),
    ],
)
async def test_what_was_warned_of_and_is_done_is_an_alarm(
    own_database: Database, first: str, second: str, kind: str
) -> None:
    talk = Talk()
    assert faq_of(await talk.hear(ActionAnswer(), first, "data_security"))
    assert await TicketService(own_database).queue() == []
    said = await talk.hear(ActionOutOfScope(), second, "out_of_scope", 0.5)
    assert text_of(said) == f"utter_emergency_{kind}"
    [ticket] = await TicketService(own_database).queue()
    assert ticket.priority == "P1"


@pytest.mark.parametrize(
    ("action", "text", "intent"),
    [
        (ActionAnswer, "怎么申请", "register"),
        (ActionAnswer, "能退吗", "refund"),
        (ActionOutOfScope, "怎么申请", "out_of_scope"),
    ],
)
async def test_a_short_question_stays_with_the_answer_on_safety(action: type[Action], text: str, intent: str) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "孩子用我手机打游戏充了3000块", "account_theft")
    said = await talk.hear(action(), text, intent)
    assert text_of(said) == "utter_asked_on"
    assert talk.slots["topic"] == "refund"
