"""Guides step by step: the customer gets on to the next step, to another way, and in the end to a ticket."""

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ActionAnswer, ActionShowFaq
from actions.recovery import ActionOutOfScope
from actions.showing import say
from actions.solved import ActionSolved, ActionUnsolved, ActionWhatNow
from actions.tickets import ActionSubmitTicket
from actions.turn import Turn
from kefu.database import Database
from kefu.desk.tickets import TicketService
from kefu.dialogue.answering import Decision
from kefu.knowledge import Band, knowledge_base
from kefu.show import SKIPPED
from tests.actions.conversation import Talk, faq_of, text_of, titles_of

pytestmark = pytest.mark.usefixtures("own_database")

STEP = ["这一步好了", "还是不行", "转人工"]
AFTER = ["已解决", "没解决", "转人工"]


@pytest.fixture
async def talk() -> Talk:
    """Somebody who has forgotten his password and was asked at which step he is."""
    started = Talk()
    messages = await started.hear(ActionAnswer(), "忘记密码了", "forgot_password")
    assert "您现在卡在哪一步" in text_of(messages)
    return started


async def test_a_step_in_own_words_gets_its_answer_and_a_way_on(talk: Talk) -> None:
    messages = await talk.hear(ActionOutOfScope(), "短信等不到", "out_of_scope", 0.9)
    assert faq_of(messages) == ["verification_code.not_received"]
    assert titles_of(messages) == STEP
    assert talk.slots["topic"] == "forgot_password", "the matter is still the password"


async def test_a_step_that_is_done_leads_to_the_next(talk: Talk) -> None:
    await talk.hear(ActionShowFaq(), "收不到验证码", "choose_faq", faq_id="verification_code.not_received")
    messages = await talk.hear(ActionSolved(), "这一步好了", "affirm")
    assert "设新密码" in text_of(messages)
    assert titles_of(messages) == ["新密码设不上", "已解决", "转人工"]
    assert text_of(await talk.hear(ActionSolved(), "好了", "affirm")) == "utter_solved"
    assert talk.slots["faq_id"] is None


@pytest.mark.parametrize("text", ["全部办好了", "已解决"])
async def test_who_is_through_with_all_steps_is_not_led_on(talk: Talk, text: str) -> None:
    await talk.hear(ActionShowFaq(), "收不到验证码", "choose_faq", faq_id="verification_code.not_received")
    assert text_of(await talk.hear(ActionSolved(), text, "affirm")) == "utter_solved"


async def test_a_step_that_fails_gets_other_ways_then_a_ticket(talk: Talk) -> None:
    await talk.hear(ActionShowFaq(), "收不到验证码", "choose_faq", faq_id="verification_code.not_received")
    shown = []
    for text in ("还是不行", "没用啊"):
        messages = await talk.hear(ActionUnsolved(), text, "deny")
        assert text_of(messages).startswith("换个办法试试。")
        assert talk.slots["nothing_left"] is False
        shown += faq_of(messages)
    assert shown == ["verification_code.voice", "verification_code.special_number"]
    assert await talk.hear(ActionUnsolved(), "还是不行", "deny") == []
    assert talk.slots["nothing_left"] is True


async def test_the_ticket_says_at_which_step_and_what_was_tried(talk: Talk, own_database: Database) -> None:
    await talk.hear(ActionShowFaq(), "收不到验证码", "choose_faq", faq_id="verification_code.not_received")
    await talk.hear(ActionUnsolved(), "还是不行", "deny")
    talk.slots.update(description=talk.slots["question"], ticket_confirmed="yes")
    await talk.hear(ActionSubmitTicket(), "确认", "affirm")
    [ticket] = await TicketService(own_database).queue()
    assert ticket.intent == "forgot_password"
    assert "忘记密码了；收不到验证码" in ticket.description
    assert "卡在：收不到验证码" in ticket.description
    assert "忘记密码怎么找回？、收不到短信验证码、能用语音验证码吗？" in ticket.description


@pytest.mark.parametrize("text", ["等了半天还是没有", "试了都不行,没用", "咋整嘛"])
async def test_unsolved_in_any_words_gets_the_other_way(talk: Talk, text: str) -> None:
    await talk.hear(ActionShowFaq(), "收不到验证码", "choose_faq", faq_id="verification_code.not_received")
    messages = await talk.hear(ActionAnswer(), text, "top_up_arrival", 0.4)
    assert faq_of(messages) == ["verification_code.voice"]


async def test_an_answer_that_fits_no_option_is_asked_about_once(talk: Talk) -> None:
    messages = await talk.hear(ActionAnswer(), "就是那个红色的字", "feedback", 0.2)
    assert text_of(messages) == "utter_guide_again"
    assert "收不到验证码" in titles_of(messages)
    again = await talk.hear(ActionSolved(), "就是红色的嘛", "affirm")
    assert text_of(again) == "utter_still_open"


async def test_another_question_leaves_the_guide(talk: Talk) -> None:
    messages = await talk.hear(ActionAnswer(), "我想问一下提现到银行卡要多长时间到账", "withdraw_arrival")
    assert faq_of(messages)[0].startswith("withdraw_arrival.")
    assert talk.slots["guide"] == "withdraw_arrival"


async def test_a_branch_of_another_matter_is_that_matter() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "想充钱", "top_up")
    messages = await talk.hear(ActionAnswer(), "还没到", "withdraw_arrival", 0.9)
    assert faq_of(messages) == ["top_up_arrival.not_received"]
    assert titles_of(messages) == AFTER
    assert talk.slots["topic"] == "top_up_arrival"


async def test_fees_by_operation_and_channel() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "手续费", "fee")
    which = await talk.hear(ActionAnswer(), "充值", "top_up")
    assert titles_of(which) == ["银行卡充值", "网点充值", "微信支付宝充值"]
    assert faq_of(await talk.hear(ActionAnswer(), "用微信充", "top_up")) == ["fee.top_up_third_party"]
    assert faq_of(await talk.hear(ActionAnswer(), "那提现呢", "withdraw_arrival", 0.9)) == ["fee.withdraw"]


async def test_a_mere_yes_is_asked_about() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "余额在哪里看", "bill")
    assert text_of(await talk.hear(ActionSolved(), "嗯", "affirm")) == "utter_ask_solved"
    assert talk.slots["faq_id"]
    assert text_of(await talk.hear(ActionSolved(), "对", "affirm")) == "utter_solved"


async def test_facts_alone_are_kept_for_the_ticket() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "提现没到账", "withdraw_arrival")
    messages = await talk.hear(ActionOutOfScope(), "是500", "inform", 0.3, amount="500")
    assert text_of(messages).startswith("记下了：金额500元。")
    assert (talk.slots["amount"], talk.slots["topic"]) == ("500", "withdraw_arrival")


@pytest.mark.parametrize(("intent", "response"), [("skip", "utter_not_sure"), ("deny", "utter_still_open")])
async def test_no_dead_end_after_a_choice(intent: str, response: str) -> None:
    talk = Talk()
    assert text_of(await talk.hear(ActionWhatNow(), "没用", intent)) == "utter_what_now"
    talk.slots["topic"] = "refund"
    heard = [await talk.hear(ActionWhatNow(), "没用", intent) for _ in range(3)]
    assert [text_of(messages) for messages in heard] == [response, "utter_asked_thrice", "utter_miss_give_up"]
    assert titles_of(heard[0]) == ["现在登记", "转人工"]


async def test_the_same_question_four_times_never_gets_the_same_words_twice() -> None:
    talk = Talk()
    heard = [text_of(await talk.hear(ActionAnswer(), "充值没到账", "top_up_arrival")) for _ in range(4)]
    assert len(set(heard)) == 4
    assert heard[3] == "utter_miss_give_up"


async def test_the_ticket_says_no_branch_that_the_customer_did_not_name(own_database: Database) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "充值没到账", "top_up_arrival")
    assert talk.slots["faq_id"] == "top_up_arrival.not_received"
    talk.slots.update(description="充值没到账", ticket_confirmed="yes")
    await talk.hear(ActionSubmitTicket(), "确认", "affirm")
    [ticket] = await TicketService(own_database).queue()
    assert "卡在" not in ticket.description, "nobody has said 银行卡充的"
    assert "机器人给过的办法" in ticket.description


async def test_a_short_question_after_a_branch_is_no_repetition() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "提现手续费多少", "fee")
    messages = await talk.hear(ActionAnswer(), "提现要几天到账", "withdraw_arrival", 0.99)
    assert [faq_id.split(".")[0] for faq_id in faq_of(messages)] == ["withdraw_arrival"]


@pytest.mark.parametrize("text", ["急死了", "快点啊", "太慢了"])
async def test_impatience_after_an_answer_is_not_refused(text: str) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "余额在哪里看", "bill")
    assert "utter_still_open" in text_of(await talk.hear(ActionOutOfScope(), text, "out_of_scope"))


async def test_who_cancels_and_registers_after_all_need_not_tell_it_again(own_database: Database) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "充值300没到账", "top_up_arrival")
    talk.slots.update(description="充值300没到账", amount="300", time=SKIPPED, ticket_confirmed=None)
    await talk.hear(ActionSubmitTicket(), "取消", "cancel")
    assert (talk.slots["topic"], talk.slots["question"]) == ("top_up_arrival", "充值300没到账")
    assert (talk.slots["amount"], talk.slots["time"]) == ("300", None)
    assert (talk.slots["description"], talk.slots["faq_id"]) == (None, None)
    assert await TicketService(own_database).queue() == []


@pytest.mark.parametrize("band", [Band.ANSWER, Band.CLARIFY])
async def test_a_second_question_is_not_lost_beside_a_branch_or_a_choice(band: Band) -> None:
    known, dispatcher = knowledge_base().current(), CollectingDispatcher()
    message = {"text": "收不到验证码,还有提现手续费多少", "intent": {"name": "fee", "confidence": 1.0}}
    tracker = Tracker("talk-1", {}, message, [], False, None, {}, "action_listen")
    also = known.by_id["verification_code.not_received"], known.overview["refund"]
    say(dispatcher, Turn.of(tracker), tracker, Decision(band, (known.overview["fee"],), known.version, also))
    assert {one.question for one in also} <= set(titles_of(dispatcher.messages))


async def test_a_yes_with_a_question_mark_is_none() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "余额在哪里看", "bill")
    talk.slots["asks"] = "solved"
    assert text_of(await talk.hear(ActionSolved(), "就这?", "affirm")) == "utter_still_open"
    assert talk.slots["faq_id"] == "bill.balance"
