"""Short words that only the open matter explains, whatever the classifier takes them for."""

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ActionAnswer
from actions.cancel import ActionCancel
from actions.feedback import ActionFeedback
from actions.guided import says_unsolved
from actions.recovery import ActionOutOfScope
from actions.showing import say
from actions.solved import ActionHeard, ActionSolved, ActionWhatNow
from actions.tickets import ActionTicketStatus
from actions.turn import Turn
from kefu.database import Database
from kefu.desk.feedback import FeedbackService
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.dialogue.answering import Decision
from kefu.knowledge import Band, knowledge_base
from tests.actions.conversation import Talk, faq_of, text_of

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
async def talk() -> Talk:
    """Somebody whose withdrawal has not arrived."""
    talk = Talk()
    assert faq_of(await talk.hear(ActionAnswer(), "提现三天了还没到账", "withdraw_arrival"))
    return talk


@pytest.mark.parametrize(("action", "intent"), [(ActionAnswer, "fee"), (ActionOutOfScope, "out_of_scope")])
@pytest.mark.parametrize("text", ["多久", "那要多久能到啊"])
async def test_how_long_is_asked_of_the_open_matter(talk: Talk, action: type[Action], intent: str, text: str) -> None:
    [shown] = faq_of(await talk.hear(action(), text, intent, 0.3))
    assert shown.startswith("withdraw_arrival.")


@pytest.mark.parametrize("text", ["没收到", "还没到", "怎么一直没收到啊?"])
@pytest.mark.parametrize("action", [ActionAnswer, ActionOutOfScope])
async def test_without_a_matter_it_is_asked_what_has_not_come(action: type[Action], text: str) -> None:
    talk = Talk()
    assert text_of(await talk.hear(action(), text, "withdraw_arrival")) == "utter_what_is_missing"
    assert talk.slots.get("topic") is None
    heard = [text_of(await talk.hear(action(), text, "withdraw_arrival")) for _ in range(2)]
    assert heard == ["utter_miss_second", "utter_miss_give_up"], "never a loop"


@pytest.mark.parametrize(
    ("first", "intent", "then", "shown"),
    [
        ("提现要手续费吗", "fee", "充值呢", "fee.top_up_cross_bank"),
        ("客服电话多少", "contact", "那邮箱呢?", "contact.email"),
    ],
)
async def test_another_kind_is_asked_of_the_same_matter(first: str, intent: str, then: str, shown: str) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), first, intent)
    said = await talk.hear(ActionAnswer(), then, "top_up")
    assert [one.split(".")[0] for one in faq_of(said)] == [intent] and talk.slots["topic"] == intent
    assert faq_of(said) == [shown]


@pytest.mark.parametrize("text", ["天气呢", "火星呢"])
async def test_what_the_matter_does_not_know_is_no_kind_of_it(text: str) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "提现要手续费吗", "fee")
    assert faq_of(await talk.hear(ActionOutOfScope(), text, "out_of_scope")) == []


async def test_who_asks_on_is_not_taken_for_somebody_who_was_not_helped() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "账户被锁定怎么解锁", "account_locked")
    said = await talk.hear(ActionAnswer(), "解锁要什么材料吗", "account_locked")
    assert text_of(said) == "utter_asked_on"
    again = [
        text_of(await talk.hear(ActionAnswer(), f"解锁要{what}吗", "account_locked")) for what in ("本人去", "银行卡")
    ]
    assert again == ["utter_asked_thrice", "utter_miss_give_up"], "never a loop"


async def test_another_matter_in_two_words_is_another_one() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "客服电话多少", "contact")
    assert faq_of(await talk.hear(ActionAnswer(), "退款呢", "refund"))[0].startswith("refund.")


async def test_what_is_told_beside_the_same_question_is_noted() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "重复扣款", "wrong_charge")
    said = await talk.hear(ActionAnswer(), "重复扣款两次都是65块", "wrong_charge", amount="65")
    assert "金额65元" in text_of(said) and talk.slots["amount"] == "65"
    said = await talk.hear(ActionAnswer(), "重复扣款,我手机138****5678", "wrong_charge", phone="138****5678")
    assert "138****5678" in text_of(said)


async def test_without_a_matter_nobody_knows_how_long_what_takes() -> None:
    assert faq_of(await Talk().hear(ActionAnswer(), "多久", "fee", 0.3)) == []


@pytest.mark.parametrize(
    ("action", "text", "intent"),
    [
        (ActionAnswer, "我都等了三天了", "refund_arrival"),
        (ActionAnswer, "都试了", "forgot_password"),
        (ActionAnswer, "急用", "top_up"),
        (ActionAnswer, "都三天了", "refund_arrival"),
        (ActionAnswer, "没到", "top_up_arrival"),
        (ActionAnswer, "到现在都没收到啊", "refund_arrival"),
        (ActionAnswer, "换了张卡也不行", "bank_card"),
        (ActionAnswer, "更新了", "product_news"),
        (ActionAnswer, "重启了", "login_problem"),
        (ActionAnswer, "飞行模式开关了", "product_news"),
        (ActionOutOfScope, "已经检查过好几遍了", "out_of_scope"),
        (ActionAnswer, "卸载重装过两次了", "login_problem"),
        (ActionAnswer, "这都快一个礼拜了!", "top_up_arrival"),
        (ActionTicketStatus, "等了一个星期", "ticket_status"),
        (ActionTicketStatus, "那现在咋办", "ticket_status"),
    ],
)
async def test_nothing_has_helped(talk: Talk, action: type[Action], text: str, intent: str) -> None:
    await talk.hear(action(), text, intent)
    assert talk.slots["topic"] == "withdraw_arrival"
    assert talk.slots["question"].startswith("提现三天了还没到账")


@pytest.mark.parametrize(
    ("text", "is_unsolved"),
    [
        *(
            (text, True)
            for text in ("钱呢", "钱去哪了", "钱到哪儿去了", "我的钱哪去了", "没用", "没什么用", "试了都没用")
        ),
        *((text, False) for text in ("钱到哪个卡", "钱到哪查", "提现的钱到哪张卡", "钱到哪里看", "钱去哪取")),
        *((text, True) for text in ("清过缓存了", "已经更新到最新版了", "换了个网络", "重启手机了", "刚核对过了")),
        *(
            (text, False)
            for text in ("怎么重启", "更新不了", "要不要重装", "换了手机号", "检查什么", "没更新", "怎么更新")
        ),
        *((text, False) for text in ("我没用过", "没有用到红包", "没用微信", "还没用")),
    ],
)
def test_what_says_that_nothing_has_helped(text: str, is_unsolved: bool) -> None:
    assert says_unsolved(text) is is_unsolved


@pytest.mark.parametrize("text", ["建行呢", "农行呢?", "那工行可以吗?"])
@pytest.mark.parametrize("action", [ActionAnswer, ActionOutOfScope])
@pytest.mark.parametrize("intent", ["bank_card", "out_of_scope"])
async def test_a_question_about_a_bank_is_no_note(action: type[Action], intent: str, text: str) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "支持哪些银行", "bank_card")
    said = await talk.hear(action(), text, intent, 0.6, bank=text.strip("那可以吗呢?"))
    assert "记下了" not in text_of(said)
    assert faq_of(said) == ["bank_card.supported"], "it goes for that bank as well"


@pytest.mark.parametrize(
    ("text", "about"), [("算了看看提现吧", "withdraw"), ("算了办提现吧", "withdraw"), ("不用了想问下充值", "top_up")]
)
async def test_what_is_asked_for_instead_is_answered(talk: Talk, text: str, about: str) -> None:
    said = await talk.hear(ActionCancel(), text, "cancel")
    assert "utter_nothing_to_cancel" not in text_of(said)
    assert any(about in found["payload"] for one in said for found in one["buttons"]) or faq_of(said)


@pytest.mark.parametrize("text", ["算了", "不用了", "算了不提现了", "取消"])
async def test_what_is_only_called_off_is_not(talk: Talk, text: str) -> None:
    assert text_of(await talk.hear(ActionCancel(), text, "cancel")) == "utter_nothing_to_cancel"


@pytest.mark.parametrize("action", [ActionAnswer, ActionOutOfScope])
async def test_a_corrected_matter_keeps_what_was_told(talk: Talk, action: type[Action]) -> None:
    await talk.hear(ActionAnswer(), "500块", "out_of_scope", amount="500")
    [shown] = faq_of(await talk.hear(action(), "不对是充值不是提现", "top_up"))
    assert shown.startswith("top_up_arrival.")
    assert (talk.slots["topic"], talk.slots["amount"]) == ("top_up_arrival", "500")
    assert talk.slots["question"] == "提现三天了还没到账；500块；不对是充值不是提现"


async def test_another_matter_that_is_named_is_another_one(talk: Talk) -> None:
    await talk.hear(ActionAnswer(), "退款也等了三天了", "refund_arrival")
    assert talk.slots["topic"] == "refund_arrival"


@pytest.mark.parametrize(
    ("text", "intent", "facts"),
    [("农行", "out_of_scope", {"bank": "农行"}), ("金额8000", "wrong_charge", {"amount": "8000"})],
)
@pytest.mark.parametrize("action", [ActionAnswer, ActionOutOfScope])
async def test_facts_alone_are_noted(
    talk: Talk, action: type[Action], text: str, intent: str, facts: dict[str, str]
) -> None:
    assert "记下了" in text_of(await talk.hear(action(), text, intent, **facts))
    assert talk.slots["topic"] == "withdraw_arrival"
    assert text in talk.slots["question"]


@pytest.mark.parametrize(("text", "amount"), [("350", "350"), ("12.5", "12.5"), ("一百二", "120"), ("20000", "20000")])
async def test_a_number_alone_is_the_amount(talk: Talk, text: str, amount: str) -> None:
    assert f"金额{amount}元" in text_of(await talk.hear(ActionOutOfScope(), text, "out_of_scope", 0.3))
    assert talk.slots["amount"] == amount


@pytest.mark.parametrize("text", ["8", "110", "12315", "95580", "123456", "0"])
async def test_other_numbers_are_not(talk: Talk, text: str) -> None:
    assert "记下了" not in text_of(await talk.hear(ActionOutOfScope(), text, "out_of_scope", 0.3))
    assert talk.slots.get("amount") is None


async def test_a_number_about_something_without_money_is_no_amount() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "怎么换手机号", "change_phone")
    assert "记下了" not in text_of(await talk.hear(ActionOutOfScope(), "350", "out_of_scope", 0.3))


async def test_a_guess_is_no_other_matter(talk: Talk) -> None:
    await talk.hear(ActionAnswer(), "我不会弄那个", "payment_failed", 0.3)
    assert talk.slots["question"] == "提现三天了还没到账；我不会弄那个"


@pytest.mark.parametrize("faq_id", ["withdraw_arrival.overview", None])
async def test_who_is_through_is_not_led_to_a_ticket(talk: Talk, faq_id: str | None) -> None:
    talk.slots.update(asks="register", faq_id=faq_id)
    action = ActionSolved() if faq_id else ActionHeard()
    assert text_of(await talk.hear(action, "办好了", "affirm")) == "utter_solved"
    assert talk.slots["topic"] is None


@pytest.mark.parametrize(
    ("text", "intent", "response", "notes"),
    [
        ("没转", "transfer", "utter_nothing_lost", 1),
        ("我没告诉别人", "out_of_scope", "utter_nothing_lost", 1),
        ("我没给他钱", "out_of_scope", "utter_nothing_lost", 1),
        ("我没操作", "out_of_scope", "utter_note_stored", 1),
        ("我没点", "out_of_scope", "utter_note_stored", 1),
        ("冻结好了没有", "account_locked", "utter_freeze_yourself", 1),
        ("冻结好了?", "account_locked", "utter_freeze_yourself", 1),
        ("我已经挂失好了", "account_locked", "utter_note_stored", 1),
        ("卡冻结好了", "account_locked", "utter_note_stored", 1),
        ("已经打电话冻结好了", "account_locked", "utter_note_stored", 1),
        ("你们给冻结了没", "account_locked", "utter_freeze_yourself", 1),
        ("对方不还", "out_of_scope", "utter_note_stored", 1),
        ("我都不知道", "forgot_password", "utter_note_stored", 1),
        ("怎么办啊", "ticket_status", "utter_alarm_what_now", 1),
    ],
)
async def test_words_after_an_alarm(own_database: Database, text: str, intent: str, response: str, notes: int) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "我被骗了", "account_theft")
    assert text_of(await talk.hear(ActionAnswer(), text, intent)) == response
    [ticket] = await TicketService(own_database).queue()
    assert len(await TicketMessages(own_database).of(ticket.id)) == notes


@pytest.mark.parametrize("alarm", ["我的钱被盗刷了", "我被骗了5000块", "我的钱被骗走了", "账号被人登录了"])
@pytest.mark.parametrize(
    "text", ["我没操作", "我没有操作过", "我没转过", "我没点", "我没告诉别人", "我没给别人验证码", "没转钱", "我没付"]
)
async def test_not_to_have_done_it_is_no_comfort_where_money_is_gone(
    own_database: Database, alarm: str, text: str
) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), alarm, "account_theft", **({"amount": "5000"} if "5000" in alarm else {}))
    intent = "verification_code" if "验证码" in text else "out_of_scope"
    assert text_of(await talk.hear(ActionAnswer(), text, intent)) == "utter_note_stored"
    [ticket] = await TicketService(own_database).queue()
    assert [note.text for note in await TicketMessages(own_database).of(ticket.id)] == [text]


@pytest.mark.parametrize("text", ["没转出去", "还没转成", "没转"])
async def test_a_wrong_transfer_that_did_not_go_out_is_no_loss(text: str) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "我转错账了,转给陌生人500", "transfer", amount="500")
    assert text_of(await talk.hear(ActionAnswer(), text, "out_of_scope")) == "utter_nothing_lost"


@pytest.mark.parametrize(
    ("action", "text", "intent"),
    [
        (ActionHeard, "卡冻结好了", "affirm"),
        (ActionAnswer, "卡冻结好了", "account_locked"),
        (ActionWhatNow, "我没操作", "deny"),
        (ActionOutOfScope, "我没点", "out_of_scope"),
    ],
)
async def test_what_was_done_or_not_is_noted_and_the_alarm_goes_on(
    action: type[Action], text: str, intent: str
) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "我的钱被盗刷了", "account_theft")
    assert text_of(await talk.hear(action(), text, intent)) == "utter_note_stored"
    assert talk.slots["alarm"] == "account_theft"


async def test_a_call_that_fails_is_answered_also_after_an_alarm() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "我被骗了", "account_theft")
    assert faq_of(await talk.hear(ActionAnswer(), "电话打不通", "contact")) == ["account_theft.hotline"]


async def test_a_time_after_an_alarm_is_no_praise(own_database: Database) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "我被骗了", "account_theft")
    said = await talk.hear(ActionFeedback(), "昨天半夜3点", "feedback", time="昨天半夜3点")
    assert text_of(said) == "utter_note_stored"
    assert await FeedbackService(own_database).latest() == []


async def test_what_is_to_be_added_to_a_ticket_is_no_question(own_database: Database) -> None:
    new = NewTicket("post", "rest", "talk-1", "top_up", "充值失败扣了钱", "form:1")
    talk = Talk()
    talk.slots["ticket_id"] = (await TicketService(own_database).open(new)).ticket.id
    assert text_of(await talk.hear(ActionAnswer(), "还要补充,是建行卡", "bank_card")) == "utter_note_stored"
    assert faq_of(await talk.hear(ActionAnswer(), "对了提现手续费多少", "fee"))


async def test_a_cause_that_is_ruled_out_is_no_success() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "付不了款", "payment_failed")
    assert text_of(await talk.hear(ActionSolved(), "网络没问题", "affirm")) == "utter_guide_again"
    assert text_of(await talk.hear(ActionSolved(), "现在没问题了", "affirm")) == "utter_solved"


@pytest.mark.parametrize(
    ("text", "entities", "is_kept"),
    [
        ("今天天气真好", {"time": "今天"}, False),
        ("你说话像个孩子", {}, False),
        ("你是机器人", {}, False),
        ("他店关了", {}, True),
        ("昨天晚上7点在奶茶店", {"time": "2026-11-22T19:00"}, True),
        ("商家说已经退了", {}, True),
        ("一共两笔,一笔20", {"amount": "20"}, True),
    ],
)
async def test_small_talk_is_no_part_of_the_story(
    talk: Talk, text: str, entities: dict[str, str], is_kept: bool
) -> None:
    assert text_of(await talk.hear(ActionOutOfScope(), text, "out_of_scope", **entities)) == "utter_matter_noted"
    assert (text in talk.slots["question"]) is is_kept
    assert bool(talk.slots["time"]) is (is_kept and "time" in entities)


@pytest.mark.parametrize(("text", "response"), [("他店关了", "utter_matter_noted"), ("讲个笑话", "utter_out_of_scope")])
async def test_a_statement_is_part_of_the_open_matter_and_a_wish_is_not(talk: Talk, text: str, response: str) -> None:
    assert text_of(await talk.hear(ActionOutOfScope(), text, "out_of_scope")) == response


async def test_who_has_nothing_to_add_is_led_to_the_button(talk: Talk) -> None:
    talk.slots.update(asks="register", faq_id=None)
    assert text_of(await talk.hear(ActionWhatNow(), "没有别的了", "deny")) == "utter_press_register"


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "response"),
    [
        ("我想问下", "feedback", 0.3, "utter_go_on"),
        ("钱", "wrong_charge", 0.9, "utter_go_on"),
        ("什么破玩意", "complaint", 0.9, "utter_abusive"),
    ],
)
@pytest.mark.parametrize("action", [ActionAnswer, ActionOutOfScope])
async def test_what_asks_nothing_yet(
    action: type[Action], text: str, intent: str, confidence: float, response: str
) -> None:
    assert text_of(await Talk().hear(action(), text, intent, confidence)) == response


@pytest.mark.parametrize(("count", "words"), [(1, "您想问的是这个吗"), (2, "您问的是哪一个")])
def test_a_single_choice_is_asked_for_as_one(count: int, words: str) -> None:
    entries = tuple(knowledge_base().current().entries[:count])
    dispatcher, tracker = CollectingDispatcher(), Tracker("talk-1", {}, {}, [], False, None, {}, "action_listen")
    say(dispatcher, Turn.of(tracker), tracker, Decision(Band.CLARIFY, entries, "1"))
    assert words in dispatcher.messages[0]["text"]
