"""The classifier as Rasa runs it: trained, stored, loaded back, and asked."""

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kefu.nlu.classifier import OUT_OF_SCOPE, LinearIntentClassifier
from kefu.nlu.tokenizer import WalletTokenizer
from tests.kefu.nlu.test_linear_training import EXAMPLES

CONFIG = LinearIntentClassifier.get_default_config()
RESOURCE = Resource("classifier")
ARRIVAL = ["退款多久到账", "退款没到账", "退款几天到账", "退款还没到账", "多久到账", "到账了吗", "退款到账", "没到账"]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> WalletTokenizer:
    storage = LocalModelStorage(tmp_path_factory.mktemp("tokenizer"))
    return WalletTokenizer.create(WalletTokenizer.get_default_config(), storage, Resource("tokenizer"), None)


@pytest.fixture(scope="module")
def data(tokenizer: WalletTokenizer) -> TrainingData:
    examples = {**EXAMPLES, "refund_arrival": ARRIVAL}
    pairs = [(text, intent) for intent, texts in examples.items() for text in texts]
    found = TrainingData([Message(data={"text": text, "intent": intent}) for text, intent in pairs])
    tokenizer.process_training_data(found)
    return found


@pytest.fixture(scope="module")
def storage(data: TrainingData, tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    """A stored model."""
    made = LocalModelStorage(tmp_path_factory.mktemp("model"))
    assert LinearIntentClassifier.create(CONFIG, made, RESOURCE, None).train(data) == RESOURCE
    return made


@pytest.fixture(scope="module")
def classifier(storage: LocalModelStorage) -> LinearIntentClassifier:
    return LinearIntentClassifier.load(CONFIG, storage, RESOURCE, None)


def parse(tokenizer: WalletTokenizer, classifier: LinearIntentClassifier, text: str) -> dict[str, Any]:
    message = Message(data={"text": text})
    classifier.process(tokenizer.process([message]))
    return message.as_dict(only_output_properties=True)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("请问怎么退款", "refund"),
        ("我想充值", "top_up"),
        ("手续费是多少", "fee"),
        ("退款怎么还没到账", "refund_arrival"),
        ("冲值冲不了", "top_up"),
        ("手 續 費 多 少 ？？？", "fee"),
    ],
)
def test_names_the_intent(
    tokenizer: WalletTokenizer, classifier: LinearIntentClassifier, text: str, intent: str
) -> None:
    found = parse(tokenizer, classifier, text)
    assert found["intent"]["name"] == intent
    assert found["intent"] == found["intent_ranking"][0]


@pytest.mark.parametrize("text", ["怎么退款", "充值", "退款手续费", "多少", "到账了没有啊我都等了三天"])
def test_the_ranking_is_a_distribution_best_first(
    tokenizer: WalletTokenizer, classifier: LinearIntentClassifier, text: str
) -> None:
    ranking = parse(tokenizer, classifier, text)["intent_ranking"]
    confidences = [one["confidence"] for one in ranking]
    assert sum(confidences) == pytest.approx(1)
    assert confidences == sorted(confidences, reverse=True)
    assert {one["name"] for one in ranking} == {*EXAMPLES, "refund_arrival"}
    assert all(type(confidence) is float for confidence in confidences), "JSON does not know numpy"


def test_the_ranking_is_cut(tokenizer: WalletTokenizer, storage: LocalModelStorage) -> None:
    short = LinearIntentClassifier.load({**CONFIG, "ranking_length": 2}, storage, RESOURCE, None)
    assert [one["name"] for one in parse(tokenizer, short, "怎么退款")["intent_ranking"]][0] == "refund"
    assert len(parse(tokenizer, short, "怎么退款")["intent_ranking"]) == 2


@pytest.mark.parametrize("text", ["", "☂", "xyz", "😀", "鑫淼犇"])
def test_what_shares_nothing_with_the_examples_is_out_of_scope(
    tokenizer: WalletTokenizer, classifier: LinearIntentClassifier, text: str
) -> None:
    found = parse(tokenizer, classifier, text)
    assert found["intent"] == {"name": OUT_OF_SCOPE, "confidence": 1.0}
    assert found["intent_ranking"] == [found["intent"]]


def test_an_untrained_classifier_names_an_intent_too(tokenizer: WalletTokenizer, tmp_path: Path) -> None:
    untrained = LinearIntentClassifier.create(CONFIG, LocalModelStorage(tmp_path), RESOURCE, None)
    assert parse(tokenizer, untrained, "怎么退款")["intent"] == {"name": OUT_OF_SCOPE, "confidence": 0.0}


def test_a_message_without_tokens_does_no_harm(classifier: LinearIntentClassifier) -> None:
    message = Message(data={"text": ""})
    classifier.process([message])
    assert message.get("intent")["name"]
    assert message.get("questions") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("怎么退款?充值收手续费吗?", [("refund", "怎么退款"), ("fee", "充值收手续费吗")]),
        ("退款多久到账，另外怎么充值", [("refund_arrival", "退款多久到账"), ("top_up", "怎么充值")]),
        ("怎么 冲值，还有 怎麼 退款", [("top_up", "怎么充值"), ("refund", "怎么退款")]),
        ("怎么退款", []),
        ("昨天买的东西,怎么退款", []),
    ],
)
def test_each_question_of_a_message_has_its_intent(
    tokenizer: WalletTokenizer, classifier: LinearIntentClassifier, text: str, expected: list[tuple[str, str]]
) -> None:
    found = parse(tokenizer, classifier, text)["questions"]
    assert [(one["name"], one["text"]) for one in found] == expected
    assert all(0 < one["confidence"] <= 1 for one in found)


def test_a_batch_is_answered_message_by_message(tokenizer: WalletTokenizer, classifier: LinearIntentClassifier) -> None:
    batch = tokenizer.process([Message(data={"text": text}) for text in ("怎么退款", "怎么充值")])
    assert [message.get("intent")["name"] for message in classifier.process(batch)] == ["refund", "top_up"]


def test_examples_without_text_or_intent_are_passed_over(data: TrainingData, tmp_path: Path) -> None:
    command = Message(data={"intent": "rate", "action_name": "action_rate"})
    mixed = TrainingData([*data.training_examples, Message(data={"text": "随便", "text_tokens": []}), command])
    storage = LocalModelStorage(tmp_path)
    LinearIntentClassifier.create(CONFIG, storage, RESOURCE, None).train(mixed)
    with storage.read_from(RESOURCE) as folder:
        assert "rate" not in (folder / "model.json").read_text()


def test_words_come_from_a_tokenizer() -> None:
    assert LinearIntentClassifier.required_components() == [Tokenizer]
