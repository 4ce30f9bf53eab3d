"""Chinese word segmentation with the wallet's own words, separate from every other user of jieba."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import jieba

from kefu.settings import settings
from kefu.yaml_file import DataError, read_text

_FREQUENCY = 2_000_000  # above every word of jieba's dictionary, so that ours are never split


class Segmenter:
    """A jieba tokenizer of its own: the module-level one shares its dictionary with the whole process."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        jieba.setLogLevel("WARNING")
        self._jieba = jieba.Tokenizer()
        # jieba would keep its cache in the shared temporary folder, where anybody could plant one.
        cache = settings().var_dir / "jieba"
        cache.mkdir(parents=True, exist_ok=True)
        self._jieba.tmp_dir = str(cache)
        self._jieba.initialize()
        for word in words:
            self._jieba.add_word(word, freq=_FREQUENCY)

    def cut(self, text: str) -> Iterator[tuple[str, int]]:
        """Words with their offsets; blank ones are dropped."""
        for word, start, _ in self._jieba.tokenize(text, HMM=False):
            if not word.isspace():
                yield word, start


@lru_cache(maxsize=8)
def shared_segmenter(words: tuple[str, ...]) -> Segmenter:
    """One segmenter a word list in this process: the dictionary costs 90 MB and half a second."""
    return Segmenter(words)


def load_words(path: Path) -> tuple[str, ...]:
    """The words of a lexicon file: one a line, `#` starts a comment.

    Raises:
        DataError: a line holds more than a word, or the word stands there twice.
    """
    words: dict[str, int] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        word = line.split("#", 1)[0].strip()
        if not word:
            continue
        if " " in word or "\t" in word:
            raise DataError(path, number, f"一行只写一个词，这里是“{word}”")
        if word in words:
            raise DataError(path, number, f"“{word}”在第 {words[word]} 行已经有了")
        words[word] = number
    return tuple(words)
