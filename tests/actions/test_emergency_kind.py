"""Which turns go to the emergency lane: what has happened, not what is asked, denied or merely guessed."""

import pytest
from rasa_sdk import Tracker

from actions.emergency import kind_of
from actions.turn import Turn


def kind(text: str, confidence: float) -> str | None:
    message = {"text": text, "intent": {"name": "account_theft", "confidence": confidence}}
    return kind_of(Turn.of(Tracker("talk-1", {}, message, [], False, None, {}, "action_listen")))


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("有人吗", 0.44),
        ("有个自称客服的让我把验证码告诉他,是真的吗", 0.99),
        ("说我账户有风险要转到安全账户,真的假的吗", 0.9),
        ("我没被盗刷,就是想问盗刷了怎么赔", 0.9),
    ],
)
def test_no_alarm_over_a_guess_a_doubt_or_a_denial(text: str, confidence: float) -> None:
    assert kind(text, confidence) is None


@pytest.mark.parametrize(
    ("text", "confidence", "expected"),
    [
        ("谁动我钱", 0.9, "general"),
        ("钱包让人偷了,是手机里的那个", 0.44, "general"),
        ("我照他说的转了五千,是骗子吗", 0.9, "general"),
        ("他让我把验证码给他我就给他了,是真的吗", 0.9, "code_given"),
        ("我的钱被盗刷,是真的吗", 0.9, "theft"),
    ],
)
def test_alarm_where_something_has_happened(text: str, confidence: float, expected: str) -> None:
    assert kind(text, confidence) == expected
