"""The tokenizer as Rasa runs it: words of the normalised text, placed in what the customer wrote."""

import json
from pathlib import Path

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kefu.nlu.tokenizer import WalletTokenizer
from kefu.text import normalise

RESOURCE = Resource("tokenizer")
CONFIG = WalletTokenizer.get_default_config()


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    return LocalModelStorage(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def tokenizer(storage: LocalModelStorage) -> WalletTokenizer:
    return WalletTokenizer.create(CONFIG, storage, RESOURCE, None)


def tokens(tokenizer: WalletTokenizer, text: str) -> list[Token]:
    message = Message(data={"text": text})
    tokenizer.process([message])
    return message.get("text_tokens")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("退款多久到账", [("退款", "退款"), ("多久", "多久"), ("到账", "到账")]),
        ("冲值到帐", [("充值", "冲值"), ("到账", "到帐")]),
        ("退 款", [("退款", "退 款")]),
        ("退😀款", [("退款", "退😀款")]),
        ("退\u200b款", [("退款", "退\u200b款")]),
        ("　退款", [("退款", "退款")]),
        ("錢包", [("钱包", "錢包")]),
        ("１００元", [("100", "１００"), ("元", "元")]),
        ("急急急急急!", [("急", "急急急急急"), ("!", "!")]),
        ("MY 钱包", [("MY", "MY"), ("钱包", "钱包")]),
        ("", []),
        (" \t\u3000", []),
        ("😀", []),
    ],
)
def test_words_and_where_they_stand(tokenizer: WalletTokenizer, text: str, expected: list[tuple[str, str]]) -> None:
    found = tokens(tokenizer, text)
    assert [(token.text, text[token.start : token.end]) for token in found] == expected


@pytest.mark.parametrize(
    "text",
    [
        "我 昨天 冲值 １００ 元，到 現在 還沒 到帳！！！！😀😀 咋 办",
        "\u200b登\u200b陆\u200b不\u200b了",
        "①②③号订单ABCD１２３４冲值失敗",
        "㎏ﬁ退款🇨🇳👨‍👩‍👧提 线",
    ],
)
def test_tokens_are_in_order_and_stand_for_their_own_piece(tokenizer: WalletTokenizer, text: str) -> None:
    found = tokens(tokenizer, text)
    assert "".join(token.text for token in found) == normalise(text).text.replace(" ", "")
    last = 0
    for token in found:
        assert last <= token.start < token.end <= len(text)
        assert normalise(text[token.start : token.end]).text == token.text
        last = token.end


def test_the_customer_s_text_is_not_touched(tokenizer: WalletTokenizer) -> None:
    message = Message(data={"text": "冲　值"})
    tokenizer.process([message])
    assert message.get("text") == "冲　值"


def test_intents_are_not_split(tokenizer: WalletTokenizer) -> None:
    data = TrainingData([Message(data={"text": "退款到账", "intent": "refund_arrival"})])
    tokenizer.process_training_data(data)
    [example] = data.training_examples
    assert [token.text for token in example.get("intent_tokens")] == ["refund_arrival"]
    assert [token.text for token in example.get("text_tokens")] == ["退款", "到账"]


def test_the_lexicon_travels_inside_the_model(tmp_path: Path) -> None:
    lexicon = tmp_path / "words.txt"
    lexicon.write_text("呱呱钱包币  # 试\n", encoding="utf-8")
    storage = LocalModelStorage(tmp_path / "model")
    (tmp_path / "model").mkdir()
    config = {**CONFIG, "lexicon": str(lexicon)}
    assert WalletTokenizer.create(config, storage, RESOURCE, None).train(TrainingData()) == RESOURCE
    lexicon.unlink()
    loaded = WalletTokenizer.load(config, storage, RESOURCE, None)
    assert [token.text for token in tokens(loaded, "呱呱钱包币")] == ["呱呱钱包币"]


def test_a_model_holds_words_and_no_code(tokenizer: WalletTokenizer, storage: LocalModelStorage) -> None:
    tokenizer.train(TrainingData())
    with storage.read_from(RESOURCE) as folder:
        [file] = folder.iterdir()
        assert "充值" in json.loads(file.read_text(encoding="utf-8"))


def test_only_chinese_is_promised() -> None:
    assert WalletTokenizer.supported_languages() == ["zh"]
