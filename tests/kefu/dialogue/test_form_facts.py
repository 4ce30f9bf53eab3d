"""Facts that come while the ticket form is open: which of them count, and which belong to something else."""

import pytest

from kefu.dialogue.said import Entity, Said, facts, says_only_facts
from kefu.dialogue.ticket_form import next_step
from kefu.show import SKIPPED
from kefu.text import find_amounts


def said(text: str, intent: str = "out_of_scope", **others: str) -> Said:
    """A message as the pipeline reads it: amounts are found, other entities are given."""
    amounts = [Entity("amount", f"{one.value:f}", one.start, one.end) for one in find_amounts(text)]
    return Said(text, intent, 0.9, [*amounts, *(Entity(name, value) for name, value in others.items())])


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("金额改成120", "120"),
        ("要改成700", "700"),
        ("700", "700"),
        ("改为88.5元", "88.5"),
        ("不对,应该是一百二", "120"),
    ],
)
def test_an_amount_is_changed_at_the_summary_in_few_words(text: str, amount: str) -> None:
    step = next_step("ticket_confirmed", said(text), 0, "refund", ["amount"])
    assert (step.slots.get("amount"), step.say) == (amount, ("utter_ticket_changed",))


@pytest.mark.parametrize("text", ["1", "3", "138123456", "时间改成8点"])
def test_other_numbers_at_the_summary_are_no_amount(text: str) -> None:
    assert "amount" not in next_step("ticket_confirmed", said(text), 0, "refund", ["amount"]).slots


def test_half_a_telephone_number_is_no_amount() -> None:
    step = next_step("amount", said("138123456"), 0, "refund")
    assert step.slots == {"bad_answers": 1}


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("不是 80块", "80"),
        ("不是，80块", "80"),
        ("不是80块", None),
        ("是80块 不是 50块", "80"),
        ("不是50块是80块", "80"),
        ("不对，是80块", "80"),
    ],
)
def test_what_is_denied_is_no_fact(text: str, amount: str | None) -> None:
    assert facts(said(text)).get("amount") == amount


def test_a_denial_before_another_amount_refuses_no_phone() -> None:
    step = next_step("phone", said("不是 80块", "deny"), 0, "wrong_charge", ["amount"])
    assert step.slots["amount"] == "80" and step.slots.get("phone") != SKIPPED


@pytest.mark.parametrize("text", ["还有 上个月也扣了30块", "对了又扣了30块", "另外一笔30块也没到"])
def test_a_second_charge_is_noted_and_the_first_stays(text: str) -> None:
    step = next_step("phone", said(text), 0, "wrong_charge", ["amount", "time"])
    assert step.slots["extra"] == text and "amount" not in step.slots


@pytest.mark.parametrize(("text", "told"), [("还有 金额是30块", ["time"]), ("不对,应该是30块,又看了一下", ["amount"])])
def test_what_was_not_told_yet_or_is_corrected_is_taken(text: str, told: list[str]) -> None:
    assert next_step("phone", said(text), 0, "wrong_charge", told).slots["amount"] == "30"


@pytest.mark.parametrize("text", ["昨天开始的", "是昨天发现的", "昨天，我叫张三"])
def test_facts_with_a_word_or_a_name_are_only_facts(text: str) -> None:
    assert says_only_facts(
        Said(text, "fee", 0.9, [Entity("time", "2026-11-22", text.find("昨天"), text.find("昨天") + 2)])
    )


def timed(text: str, value: str, words: str, **others: str) -> Said:
    """A message with one time, and the amounts in it."""
    found = said(text, **others)
    start = text.find(words)
    return Said(text, "out_of_scope", 0.9, [*found.entities, Entity("time", value, start, start + len(words))])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("我打了银行电话,他们说今天上午已经扣款成功给你们了", "今天上午"),
        ("今天天气不错", "今天"),
        ("收银员说系统出错了,今天让我又付了100,两笔小票都在", "今天"),
    ],
)
def test_a_passing_day_is_kept_and_replaces_nothing(text: str, words: str) -> None:
    step = next_step("phone", timed(text, "2026-11-27", words), 0, "wrong_charge", ["time", "amount"])
    assert dict(step.slots) == {"extra": text, "bad_answers": 0, "back": True}


def test_a_line_with_a_fact_and_a_story_keeps_both() -> None:
    text = "昨天提1000扣了我5块应该扣1块"
    step = next_step("time", timed(text, "2026-11-26", "昨天"), 0, "fee")
    assert (step.slots["time"], step.slots["amount"], step.slots["extra"]) == ("2026-11-26", "5", text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("昨天提1000扣了我5块应该扣1块", "5"),
        ("应付35.8扣了358", "358"),
        ("充了100到了50", "100"),
        ("100,不对是200,还有手续费2块", "200"),
        ("两次,一次100一次80", "100元、80元"),
        ("不对不是3000是2000", "2000"),
        ("昨天在加油站加油300扣了两次", "300"),
        ("卖假货260", "260"),
        ("两百多", "200多元"),
        ("两千多块", "2000多元"),
        ("一百来块", "约100元"),
        ("充了500毛都没有", "500"),
    ],
)
def test_the_amount_that_is_meant_counts(text: str, amount: str) -> None:
    assert next_step("amount", said(text), 0, "wrong_charge").slots["amount"] == amount


@pytest.mark.parametrize(("text", "amount"), [("好几百", "好几百"), ("不多,几十块吧", "几十块"), ("没扣钱", "没扣钱")])
def test_an_amount_in_words_is_an_answer(text: str, amount: str) -> None:
    assert next_step("amount", said(text), 0, "wrong_charge").slots["amount"] == amount


@pytest.mark.parametrize(("text", "topic"), [("昨天加油站300号机坏了", "login_problem"), ("170的号", "top_up")])
def test_other_numbers_in_a_story_are_no_amount(text: str, topic: str) -> None:
    assert "amount" not in next_step("description", said(text), 0, topic).slots


def test_the_fee_that_is_due_is_not_the_sum() -> None:
    step = next_step("ticket_confirmed", said("手续费应该是1块"), 0, "withdraw", ["amount"])
    assert (step.slots.get("amount"), step.slots["extra"]) == (None, "手续费应该是1块")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "上个礼拜",
            "上周",
            "上上周",
            "去年",
            "2025年3月",
            "10月份",
            "月初",
            "前几天",
            "这几天",
            "最近",
            "一个星期了",
            "半夜",
        ),
        *("早上吃饭的时候", "好几次了,十月份开始", "上班的时候", "1120"),
    ],
)
def test_when_may_be_said_in_words(text: str) -> None:
    step = next_step("time", said(text), 0, "wrong_charge")
    assert (step.slots["time"], "amount" in step.slots) == (text, False)


def test_a_day_to_come_is_asked_about() -> None:
    step = next_step("time", timed("明天", "2026-11-28", "明天"), 0, "wrong_charge")
    assert (step.say, "time" in step.slots) == (("utter_ticket_not_yet",), False)


@pytest.mark.parametrize(
    ("text", "value", "words", "kept"),
    [
        ("今天中午", "2026-11-27", "今天中午", "2026-11-27 中午"),
        ("昨天晚上", "2026-11-26", "昨天晚上", "2026-11-26 晚上"),
    ],
)
def test_the_part_of_the_day_stays_with_the_day(text: str, value: str, words: str, kept: str) -> None:
    assert next_step("time", timed(text, value, words), 0, "wrong_charge").slots["time"] == kept


def test_two_times_that_may_be_are_kept_in_words() -> None:
    text = "大概是昨天或者前天"
    days = [Entity("time", "2026-11-26", 3, 5), Entity("time", "2026-11-25", 7, 9)]
    assert next_step("time", Said(text, "inform", 0.9, days), 0).slots["time"] == "昨天或者前天"


def test_a_wrong_time_is_replaced_by_words() -> None:
    step = next_step("ticket_confirmed", said("时间记错了是上周的事"), 0, "refund", ["time"])
    assert (step.slots["time"], step.say) == ("上周", ("utter_ticket_changed",))


@pytest.mark.parametrize("text", ["13812345678只能下午五点后打", "13812345678下午五点后再打"])
def test_when_to_call_is_not_when_it_happened(text: str) -> None:
    told = timed(text, "2026-11-26T17:00", "下午五点", phone="138****5678")
    step = next_step("phone", told, 0, "refund", [])
    assert (step.slots["phone"], "time" in step.slots, step.slots["extra"]) == ("138****5678", False, text)


@pytest.mark.parametrize("before", ["昨天转账500给", "充到", "我妈的手机号", "转给"])
def test_the_number_of_somebody_else_is_not_whom_we_call(before: str) -> None:
    number = Entity("phone", "137****1111", len(before), len(before) + 11)
    step = next_step(
        "description", Said(f"{before}137****1111他没收到钱", "transfer", 0.9, [number], "s"), 0, "transfer"
    )
    assert not {"phone", "phone_sealed"} & {*step.slots}
    assert (
        next_step("phone", Said(f"{before}137****1111", "inform", 0.9, [number], "s"), 0).slots["phone_sealed"] == "s"
    )


@pytest.mark.parametrize("text", ["再加一句我急用钱", "我还想补充加油站是中石化"])
@pytest.mark.parametrize("asked", ["amount", "phone"])
def test_what_is_no_answer_is_kept_beside_it(asked: str, text: str) -> None:
    step = next_step(asked, said(text), 0, "refund")
    assert (step.slots["extra"], step.say) == (text, ("utter_ticket_added",))


def test_when_to_call_is_kept_at_the_summary_too() -> None:
    told = timed("晚上7点后打", "2026-11-26T19:00", "晚上7点")
    step = next_step("ticket_confirmed", told, 0, "refund", ["time", "phone"])
    assert (step.slots.get("time"), step.slots["extra"]) == (None, "晚上7点后打")


def test_a_number_at_the_summary_is_the_one_to_call() -> None:
    told = Said("138****5678下午再打", "contact", 0.4, [Entity("phone", "138****5678", 0, 11)], "sealed")
    step = next_step("ticket_confirmed", told, 0, "transfer", ["phone"])
    assert (step.slots["phone"], step.slots["extra"]) == ("138****5678", told.text)


def test_a_story_with_a_day_is_a_story() -> None:
    told = timed("一直转圈,今天早上开始的", "2026-11-27", "今天早上")
    assert next_step("description", told, 1, "login_problem").slots["description"] == told.text


def test_an_extension_is_no_amount() -> None:
    text = "138****5678转2"
    told = Said(text, "transfer", 0.9, [Entity("phone", "138****5678", 0, 11), Entity("amount", "2", 12, 13)], "sealed")
    assert "amount" not in next_step("phone", told, 0, "refund").slots
