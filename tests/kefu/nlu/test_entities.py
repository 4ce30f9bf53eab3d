"""Entities in sentences that two writers labelled without knowing the code."""

import json
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
from rasa.nlu.tokenizers.tokenizer import Token

from kefu.nlu.entities import Lexicon, WalletEntityExtractor
from kefu.nlu.gazetteer import load_terms
from kefu.nlu.segmenter import load_words, shared_segmenter
from kefu.settings import ROOT
from kefu.text import normalise

SENTENCES = [
    json.loads(line)
    for path in sorted((Path(__file__).parent / "data").glob("entities_*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
# Words alone do not tell these: a name, an idiom, a mention of a channel that is not about paying.
HARD = 8


@pytest.fixture(scope="module")
def extractor() -> WalletEntityExtractor:
    words = load_words(ROOT / "data/lexicon/words.txt")
    lexicon = Lexicon(load_terms(ROOT / "data/lexicon/entities.yml"), words)
    return WalletEntityExtractor({}, None, None, lexicon)


def found_in(extractor: WalletEntityExtractor, text: str, now: datetime) -> list[dict[str, Any]]:
    normal = normalise(text)
    words = shared_segmenter(load_words(ROOT / "data/lexicon/words.txt")).cut(normal.text)
    tokens = [Token(word, *normal.original_span(start, start + len(word))) for word, start in words]
    return list(extractor.find(text, tokens, now))


def plain(entity: str, value: str) -> tuple[str, str]:
    try:
        return entity, f"{Decimal(value):f}".rstrip("0").rstrip(".") if entity == "amount" else value
    except InvalidOperation:
        return entity, value


def test_there_are_enough_sentences_with_and_without_entities() -> None:
    assert len(SENTENCES) >= 300
    assert 80 <= sum(not sentence["entities"] for sentence in SENTENCES) <= 150


def test_labelled_sentences(extractor: WalletEntityExtractor) -> None:
    wrong = []
    for sentence in SENTENCES:
        now = datetime.fromisoformat(sentence["now"])
        found = {plain(one["entity"], one["value"]) for one in found_in(extractor, sentence["text"], now)}
        expected = {plain(one["entity"], one["value"]) for one in sentence["entities"]}
        if found != expected:
            wrong.append((sentence["text"], found ^ expected))
    assert len(wrong) <= HARD, wrong


@pytest.mark.parametrize(
    "text", ["", "😀", "\x00", "(空消息)", "１３８１２３４５６７８", "退" * 100_000, "1" * 100_000]
)
def test_offsets_stay_inside_any_text(extractor: WalletEntityExtractor, text: str) -> None:
    for one in found_in(extractor, text, datetime(2026, 11, 23)):
        assert 0 <= one["start"] < one["end"] <= len(text)
