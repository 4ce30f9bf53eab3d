"""Entity words that trainers edit (data/lexicon/entities.yml), found with spaCy's PhraseMatcher."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.util import filter_spans
from spacy.vocab import Vocab

from kefu.yaml_file import DataError, LineDict, load_yaml

Terms = dict[str, tuple[str, str]]  # what customers say → (entity, its value)


@dataclass(frozen=True)
class Match:
    """An entity word over words `first` to `last` (exclusive) of the message."""

    entity: str
    value: str
    first: int
    last: int


def load_terms(path: Path) -> Terms:
    """The entity words of a file.

    Raises:
        DataError: the file has another shape, or a word stands for two values of one entity.
    """
    content = load_yaml(path)
    if not isinstance(content, LineDict):
        raise DataError(path, 1, "应是“实体名: {规范值: [说法, …]}”")
    terms: Terms = {}
    for entity, values in content.items():
        if not isinstance(values, LineDict):
            raise DataError(path, content.lines[entity], f"{entity} 下面应是“规范值: [说法, …]”")
        for value, synonyms in values.items():
            for word in _words(path, values, value, synonyms, entity):
                if terms.setdefault(word, (entity, value)) != (entity, value):
                    raise DataError(path, values.lines[value], f"“{word}”已经用在 {terms[word]} 上")
    return terms


def _words(path: Path, values: LineDict, value: str, synonyms: object, entity: str) -> Iterable[str]:
    if not isinstance(synonyms, list) or not all(isinstance(word, str) and word for word in synonyms):
        raise DataError(path, values.lines[value], f"{entity} 的 {value} 应是说法的列表，如 [工行, 工商银行]")
    if not isinstance(value, str):
        raise DataError(path, values.lines[value], f"{entity} 的规范值应是文字，这里是 {value}；加上引号")
    own = [] if value.isascii() else [value]
    return [word.lower() for word in [*own, *synonyms]]


class Gazetteer:
    """Finds the terms in a segmented text; the longest match wins where two overlap."""

    def __init__(self, terms: Terms, cut: Callable[[str], Iterable[tuple[str, int]]]) -> None:
        self._values = {"".join(word for word, _ in cut(term)): value for term, value in terms.items()}
        self._vocab = Vocab()
        self._matcher = PhraseMatcher(self._vocab, attr="ORTH")
        self._matcher.add("term", [self._doc([word for word, _ in cut(term)]) for term in terms])

    def find(self, words: Sequence[str]) -> list[Match]:
        """Matches in the order of the text."""
        spans = filter_spans(self._matcher(self._doc(words), as_spans=True)) if words else []
        return [Match(*self._values["".join(token.text for token in span)], span.start, span.end) for span in spans]

    def _doc(self, words: Sequence[str]) -> Doc:
        return Doc(self._vocab, words=[word.lower() for word in words], spaces=[False] * len(words))
