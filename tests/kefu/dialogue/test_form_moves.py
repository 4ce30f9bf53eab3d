"""What customers say about the form itself: what is heard as such, and what is left to be an answer or a story."""

import pytest

from kefu.dialogue.form_moves import Move, move_of
from kefu.dialogue.said import Entity, Said
from kefu.dialogue.ticket_form import CONFIRMED, OVER, PERSON, next_step
from kefu.show import SKIPPED

ANYWHERE = ["time", "amount", "phone", "ticket_confirmed"]


def said(text: str, intent: str = "out_of_scope", confidence: float = 0.5) -> Said:
    return Said(text, intent, confidence)


@pytest.mark.parametrize("asked", ANYWHERE)
@pytest.mark.parametrize(
    "text",
    [
        *("等一下", "先等等", "等会", "稍等", "我去查一下", "我先去查一下", "我再想想", "等一下我再想想", "等我看看"),
        *("我还没想好", "我有事,晚点再来", "我在开车等会说", "我查一下账单"),
    ],
)
def test_who_wants_a_moment_gets_it_and_the_question_stays(asked: str, text: str) -> None:
    step = next_step(asked, said(text), 2, "refund")
    assert (step.say, dict(step.slots)) == (("utter_ticket_no_hurry",), {"bad_answers": 2, "back": True})


@pytest.mark.parametrize("text", ["继续", "我回来了", "好了我回来了", "接着登记吧", "登记吧", "现在登记"])
def test_who_is_back_goes_on(text: str) -> None:
    step = next_step("amount", said(text, "skip", 0.9), 1, "refund")
    assert (step.say, dict(step.slots)) == (("utter_ticket_go_on",), {"bad_answers": 1, "back": True})


@pytest.mark.parametrize("asked", ["description", *ANYWHERE])
@pytest.mark.parametrize(
    "text",
    [
        *(
            "啊 到了到了",
            "刚到账了不用了",
            "不用了到账了",
            "已经解决了",
            "钱到了",
            "刚刚退回来了",
            "商家给我退了",
            "好了解掉了",
        ),
        *("算了不用了已经到了", "退款到账了"),
    ],
)
def test_good_news_end_the_form_without_a_ticket(asked: str, text: str) -> None:
    step = next_step(asked, said(text, "withdraw_arrival", 0.9), 0, "withdraw_arrival")
    assert (step.ended, step.slots["ticket_confirmed"], step.say) == (True, OVER, ("utter_ticket_over",))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "没到账",
            "还没到",
            "到账了吗",
            "到账了?",
            "退给我",
            "商家说收到了",
            "商家收到了",
            "到账了少了50",
            "显示到账了但余额没变",
        ),
        *("充值到了但是提现没到", "收到了验证码但是登不上", "到了晚上还是没有", "好了", "可以了"),
    ],
)
def test_what_only_sounds_like_good_news_is_none(text: str) -> None:
    assert move_of("ticket_confirmed", text) is not Move.OVER


@pytest.mark.parametrize("text", ["先不提交", "别提交", "先别提交", "不要提交", "先不交"])
@pytest.mark.parametrize("bad_answers", [0, 2])
def test_a_no_at_the_summary_is_held_and_never_counts(text: str, bad_answers: int) -> None:
    step = next_step("ticket_confirmed", said(text, "deny", 0.6), bad_answers)
    assert step.say == ("utter_ticket_not_sent",)
    assert dict(step.slots) == {"bad_answers": bad_answers, "back": True}


@pytest.mark.parametrize(
    "text", ["不提交了", "不交了", "我不想登记了", "我不想登记了,我自己处理", "取消吧,我自己打电话", "退出", "别登记了"]
)
@pytest.mark.parametrize("asked", ["description", *ANYWHERE])
def test_who_gives_up_in_other_words_is_let_go(asked: str, text: str) -> None:
    step = next_step(asked, said(text, "close_account", 0.59), 0, "refund")
    assert (step.ended, step.say) == (True, ("utter_ticket_cancelled",))


@pytest.mark.parametrize("text", ["重新填", "从头来", "我要重填一遍", "都不对"])
def test_who_begins_again_is_asked_everything_again(text: str) -> None:
    step = next_step("ticket_confirmed", said(text), 0, "refund", ["time", "amount"])
    emptied = {name for name, value in step.slots.items() if value is None}
    assert emptied >= {"description", "time", "amount", "phone", "phone_sealed", "extra", "order_id"}
    assert step.say == ("utter_ticket_restart",)


def test_all_is_wrong_is_said_of_the_summary_only() -> None:
    assert move_of("description", "都不对") is None


@pytest.mark.parametrize("text", ["返回", "上一步", "9"])
def test_one_step_back(text: str) -> None:
    assert next_step("phone", said(text, "menu", 1.0), 0, "refund").slots["amount"] is None
    assert next_step("phone", said(text, "menu", 1.0), 0, "register").slots["time"] is None


def test_the_menus_keys_work_except_where_a_number_is_asked_for() -> None:
    assert next_step("time", said("0"), 0, "refund").slots["ticket_confirmed"] == PERSON
    assert next_step("amount", said("9"), 0, "refund").slots["amount"] == "9"


@pytest.mark.parametrize(
    "text", ["我刚说了", "前面给过了", "不是跟你说了吗", "我说过了", "都告诉你了", "上面写了", "刚才给了"]
)
def test_nobody_is_made_to_say_it_again(text: str) -> None:
    step = next_step("amount", said(text, "human_agent", 0.75), 0, "refund")
    assert (step.slots["amount"], step.say) == (SKIPPED, ("utter_ticket_said_before",))


@pytest.mark.parametrize("asked", ANYWHERE)
@pytest.mark.parametrize("text", ["什么意思", "再问一遍", "看不懂", "你刚才说什么", "？"])
def test_who_asks_back_is_asked_in_other_words(asked: str, text: str) -> None:
    now = Said(text, "out_of_scope", 0.5, [Entity("time", "2026-11-27T15:00", 1, 3)] if "刚才" in text else [])
    step = next_step(asked, now, 0, "refund", ["time"])
    assert (step.say, step.slots["back"]) == ((), True)
    assert not {"time", "extra"} & {*step.slots}


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        *(
            (text, "utter_ticket_private")
            for text in ("必须留吗", "不留可以吗", "我怕你们泄露我的电话", "你是骗子吗要我电话")
        ),
        *(
            (text, "utter_ticket_phone_please")
            for text in ("是", "可以", "1", "打电话给我", "你们打给我", "我朋友的号可以吗")
        ),
        *((text, "utter_ticket_only_phone") for text in ("微信号行不行", "[邮箱]行吗", "qq 123456")),
    ],
)
def test_what_is_asked_of_the_phone_is_answered(text: str, heard: str) -> None:
    step = next_step("phone", said(text, "register", 0.65), 0, "refund")
    assert step.say == (heard,)
    assert "phone" not in step.slots and "extra" not in step.slots


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        *((text, "utter_ticket_what_for") for text in ("什么工单", "要填多少项", "填完能解决吗", "你先说你能干嘛")),
        *((text, "utter_ticket_hurry") for text in ("能不能快点", "能加急吗")),
        *((text, "utter_ticket_picture_here") for text in ("截图发你行吗", "(图片)")),
    ],
)
@pytest.mark.parametrize("asked", ["description", "time", "ticket_confirmed"])
def test_what_is_asked_of_the_form_is_answered(asked: str, text: str, heard: str) -> None:
    assert next_step(asked, said(text, "ticket_status", 0.9), 0, "refund").say == (heard,)


@pytest.mark.parametrize("text", ["不是要登记,就问问", "我就问问", "那你直接告诉我"])
def test_who_only_wanted_to_ask_is_let_go(text: str) -> None:
    step = next_step("description", said(text, "ticket_status", 0.4), 1, "fee")
    assert (step.ended, step.say) == (True, ("utter_ticket_only_asked",))


@pytest.mark.parametrize("text", ["事情", "事情不对", "这个类型不对"])
def test_the_matter_is_asked_for_where_it_is_called_wrong(text: str) -> None:
    assert next_step("ticket_confirmed", said(text), 0, "refund").say == ("utter_ticket_which_matter",)


def test_the_form_does_not_ask_back_for_ever() -> None:
    assert next_step("time", said("什么意思"), 2, "refund").slots["time"]


@pytest.mark.parametrize("text", ["提交", "确认提交", "直接提交吧", "就这样提交吧"])
def test_who_wants_it_sent_is_asked_no_more(text: str) -> None:
    assert next_step("time", said(text, "open_ticket"), 0).skips_rest
    assert next_step("ticket_confirmed", said(text, "open_ticket"), 0).slots["ticket_confirmed"] == CONFIRMED


@pytest.mark.parametrize("text", ["登记吧", "现在登记", "我要登记"])
def test_who_wants_it_registered_leaves_nothing_out(text: str) -> None:
    step = next_step("phone", said(text, "skip"), 0)
    assert (step.say, dict(step.slots)) == (("utter_ticket_go_on",), {"bad_answers": 0, "back": True})
    assert next_step("ticket_confirmed", said("登记吧"), 0).slots["ticket_confirmed"] == CONFIRMED
