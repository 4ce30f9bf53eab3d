"""Answer, ask back, or admit not to know."""

from kefu.brands import brands
from kefu.dialogue.answering import Guess, decide
from kefu.knowledge import Band, knowledge_base


def band_of(question: str, *ranking: tuple[str, float]) -> tuple[Band, list[str]]:
    guesses = [Guess(*guess) for guess in ranking]
    decision = decide(question, guesses, brands()["post"], knowledge_base())
    return decision.band, [entry.id for entry in decision.entries]


def test_a_sure_intent_is_answered_from_its_own_entries() -> None:
    band, ids = band_of("这个怎么办理", ("refund", 0.9))
    assert band is Band.ANSWER
    assert ids[0].startswith("refund.")


def test_two_likely_intents_are_offered() -> None:
    band, ids = band_of("钱好像不太对劲", ("wrong_charge", 0.35), ("account_theft", 0.3))
    assert band is Band.CLARIFY
    assert {faq_id.split(".")[0] for faq_id in ids} >= {"wrong_charge", "account_theft"}
    assert len(ids) <= 3


def test_the_words_of_an_entry_are_enough() -> None:
    band, ids = band_of("退款多久到账", ("fee", 0.2))
    assert band is Band.ANSWER
    assert ids[0] == "refund_arrival.arrival_time"


def test_what_is_nowhere_near_is_refused() -> None:
    band, ids = band_of("xyzxyz", ("out_of_scope", 0.4))
    assert (band, ids) == (Band.REFUSE, [])


def test_a_wording_that_is_written_down_is_meant_whatever_the_intent() -> None:
    assert band_of("充错了能退吗", ("refund", 0.9)) == (Band.ANSWER, ["top_up.wrong_top_up"])


def test_the_second_question_is_not_lost() -> None:
    questions = [Guess("refund_arrival", 0.9, "退款多久到账"), Guess("fee", 0.8, "提现手续费多少")]
    decision = decide("退款多久到账,提现手续费多少", questions[:1], brands()["my"], knowledge_base(), questions)
    assert decision.entries[0].intent == "refund_arrival"
    assert [entry.intent for entry in decision.also] == ["fee"]


def test_nor_is_the_third() -> None:
    texts = {"refund_arrival": "退款多久到账", "fee": "提现手续费多少", "payment_limit": "一天能转多少"}
    questions = [Guess(intent, 0.9, text) for intent, text in texts.items()]
    decision = decide(",".join(texts.values()), questions[:1], brands()["my"], knowledge_base(), questions)
    assert [entry.intent for entry in (decision.entries[0], *decision.also)] == list(texts)


def test_unsure_or_equal_questions_are_one() -> None:
    questions = [Guess("fee", 0.9, "手续费多少"), Guess("fee", 0.9, "怎么收"), Guess("refund", 0.3, "那退款呢")]
    decision = decide("手续费多少,怎么收,那退款呢", [Guess("fee", 0.9)], brands()["my"], knowledge_base(), questions)
    assert decision.also == ()
