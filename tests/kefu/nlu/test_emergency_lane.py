"""The emergency lane in the pipeline: overrules doubt, never a sure matter of business."""

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from kefu.dialogue.emergency import THEFT, emergencies
from kefu.nlu.emergency import EmergencyLane

STOLEN = "我的钱被盗刷了"


@pytest.fixture(scope="module")
def lane() -> EmergencyLane:
    return EmergencyLane.create({}, None, None, None)


def process(lane: EmergencyLane, text: str | None, *ranking: tuple[str | None, float]) -> Message:
    guesses: list[dict[str, Any]] = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    data = {"text": text, "intent_ranking": guesses, **({"intent": guesses[0]} if guesses else {})}
    message = Message(data={key: value for key, value in data.items() if value is not None})
    assert lane.process([message]) == [message]
    return message


def ranking_of(message: Message) -> list[tuple[str, float]]:
    return [(one["name"], one["confidence"]) for one in message.get("intent_ranking")]


@pytest.mark.parametrize(
    "guess",
    [
        ("wrong_charge", 0.49),
        ("refund", 0.1),
        ("account_theft", 0.3),
        ("out_of_scope", 0.99),
        ("affirm", 1.0),
        ("greet", 0.8),
        ("cancel", 0.6),
        (None, 0.0),
    ],
)
def test_doubt_and_talk_are_overruled(lane: EmergencyLane, guess: tuple[str | None, float]) -> None:
    message = process(lane, STOLEN, guess, ("fee", 0.01))
    assert message.get("intent") == {"name": THEFT, "confidence": 1.0}
    others = [one for one in (guess, ("fee", 0.01)) if one[0] != THEFT]
    assert ranking_of(message) == [(THEFT, 1.0), *others]


@pytest.mark.parametrize("guess", [("wrong_charge", 0.5), ("account_locked", 0.93), (THEFT, 0.8)])
def test_sure_business_is_not(lane: EmergencyLane, guess: tuple[str, float]) -> None:
    message = process(lane, STOLEN, guess, ("fee", 0.01))
    assert ranking_of(message) == [guess, ("fee", 0.01)]
    assert message.get("intent") == {"name": guess[0], "confidence": guess[1]}


@pytest.mark.parametrize("text", ["怎么防止被盗刷", "你好", "", None, "/affirm", "/refund"])
def test_what_is_no_emergency_is_left_alone(lane: EmergencyLane, text: str | None) -> None:
    assert ranking_of(process(lane, text, ("affirm", 0.4), ("fee", 0.2))) == [("affirm", 0.4), ("fee", 0.2)]


def test_a_message_without_a_guess_is_heard_too(lane: EmergencyLane) -> None:
    assert ranking_of(process(lane, STOLEN)) == [(THEFT, 1.0)]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("转错人了", "transfer"),
        ("我被骗了", THEFT),
        ("手机丢了", THEFT),
        ("我把验证码告诉骗子了", THEFT),
        ("密码被人改了", THEFT),
    ],
)
def test_each_kind_reaches_its_intent(lane: EmergencyLane, text: str, intent: str) -> None:
    assert process(lane, text, ("refund", 0.2), (intent, 0.1)).get("intent")["name"] == intent


def test_no_kind_is_sent_elsewhere_by_a_slip_of_the_pen() -> None:
    assert {kind.intent for kind in emergencies()} == {THEFT, "transfer"}


@pytest.mark.parametrize("text", ["我的錢 被 盜 刷 了", "手機丟了！！！", "转 错 账 了"])
def test_the_text_is_heard_as_the_customer_types_it(lane: EmergencyLane, text: str) -> None:
    assert process(lane, text, ("out_of_scope", 0.9)).get("intent")["confidence"] == 1.0


def test_the_change_is_part_of_the_parse_result(lane: EmergencyLane) -> None:
    message = process(lane, STOLEN, ("fee", 0.1))
    found = message.as_dict(only_output_properties=True)
    assert found["intent"]["name"] == THEFT
    assert found["intent_ranking"][0] == found["intent"]


def test_each_message_of_a_batch_is_looked_at(lane: EmergencyLane) -> None:
    texts = (STOLEN, "你好", "转错人了")
    batch = [Message(data={"text": text, "intent": {"name": "greet", "confidence": 0.9}}) for text in texts]
    assert [message.get("intent")["name"] for message in lane.process(batch)] == [THEFT, "greet", "transfer"]


def test_harm_that_is_denied_is_what_else_it_may_be(lane: EmergencyLane) -> None:
    message = process(lane, "你们多扣我钱,骗子", (THEFT, 0.6), ("wrong_charge", 0.3), ("fee", 0.1))
    assert [name for name, _ in ranking_of(message)] == ["wrong_charge", "fee"]
    assert message.get("intent")["confidence"] == pytest.approx(0.75)


def test_denied_harm_that_is_nothing_else_stays(lane: EmergencyLane) -> None:
    message = process(lane, "差点被骗了还好没转", (THEFT, 0.98), ("fee", 0.02))
    assert ranking_of(message) == [(THEFT, 0.98), ("fee", 0.02)]


def test_a_word_that_clears_somebody_is_no_business(lane: EmergencyLane) -> None:
    message = process(lane, "不是骗子", (THEFT, 0.98), ("complaint", 0.01))
    assert message.get("intent")["name"] == "out_of_scope"


def test_harm_beside_a_denial_stays_theft(lane: EmergencyLane) -> None:
    message = process(lane, "我没给他密码,可是余额没了", (THEFT, 0.6), ("bill", 0.4))
    assert message.get("intent")["name"] == THEFT


def test_anger_at_the_wallet_is_a_complaint(lane: EmergencyLane) -> None:
    message = process(lane, "你们骗我钱", (THEFT, 0.99), ("data_security", 0.01))
    assert message.get("intent") == {"name": "complaint", "confidence": 1.0}


@pytest.mark.parametrize("text", ["我人在外地", "不认识", "没手机"])
def test_the_classifiers_fear_alone_is_no_theft(lane: EmergencyLane, text: str) -> None:
    message = process(lane, text, (THEFT, 0.95), ("fee", 0.05))
    assert message.get("intent") == {"name": "out_of_scope", "confidence": 0.4}


def test_what_only_sounds_like_one_goes_to_its_answer(lane: EmergencyLane) -> None:
    message = process(lane, "陌生人给我转了500块,让我转回去", (THEFT, 0.95), ("fee", 0.05))
    assert message.get("intent") == {"name": "transfer", "confidence": 1.0}
