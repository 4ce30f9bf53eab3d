"""English and pinyin."""

import pytest

from kefu.dialogue.emergency import emergencies
from kefu.dialogue.foreign import emergency_in_english, is_pinyin, meaning_of, wishes_person, words_of_pinyin
from kefu.knowledge import knowledge_base


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my account was hacked, someone stole my money", "theft"),
        ("I sent money to the wrong person", "wrong_transfer"),
        ("I lost my phone", "phone_lost"),
        ("I told him the code", "code_given"),
        ("I was scammed", "scam"),
        ("where is my refund?", None),
        ("how do I reset my password?", None),
    ],
)
def test_emergencies(text: str, kind: str | None) -> None:
    assert emergency_in_english(text) == kind
    assert kind is None or kind in {one.name for one in emergencies()}


@pytest.mark.parametrize("text", ["I want to talk to a human", "agent", "customer service please"])
def test_a_person(text: str) -> None:
    assert wishes_person(text)
    assert not wishes_person("hello")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how do I reset my password?", "forgot_password"),
        ("My payment failed but money was deducted", "wrong_charge"),
        ("payment declined", "payment_failed"),
        ("where is my refund?", "refund_arrival"),
        ("I can't log in", "login_problem"),
        ("what is the fee for withdrawal", "fee"),
        ("I did not receive the verification code", "verification_code"),
    ],
)
def test_matters(text: str, intent: str) -> None:
    meaning = meaning_of(text)
    assert meaning is not None
    assert meaning.intent == intent
    assert knowledge_base().search(meaning.chinese, intent, "post", 1).hits


@pytest.mark.parametrize("text", ["do you speak English", "how are you", "hello"])
def test_no_matter(text: str) -> None:
    assert meaning_of(text) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tuikuan zenme hai mei daozhang", ["退款", "没", "到账"]),
        ("mm wang le", ["密码", "忘记"]),
        ("zhuan rengong", ["人工"]),
        ("wo yao wen ge shi", []),
    ],
)
def test_pinyin(text: str, words: list[str]) -> None:
    assert is_pinyin(text)
    assert words_of_pinyin(text) == words


@pytest.mark.parametrize("text", ["my account was hacked", "hello", "ok", "abc", "hahaha", "I can't log in", "", "123"])
def test_no_pinyin(text: str) -> None:
    assert not is_pinyin(text)


@pytest.mark.parametrize("text", ["xian" * 7 + "qq", "xian" * 25_000 + "q", "a" * 100_000])
def test_a_hostile_text_is_no_burden(text: str) -> None:
    assert not is_pinyin(text)
