"""Chinese word segmentation with the wallet's own words, separate from every other user of jieba."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import jieba

from kefu.nlu.dictionary import dictionary
from kefu.yaml_file import DataError, read_text

FREQUENCY = 2_000_000  # above every word of jieba's dictionary, so that ours are never split


class Segmenter:
    """A jieba tokenizer of its own: the module-level one shares its dictionary with the whole process.

    It looks up nothing but parts of the text, so it gets to know the dictionary's words when their first character
    occurs for the first time (decision 0062). For one thread at a time.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._unread = set(dictionary().places)
        self._jieba = jieba.Tokenizer()
        self._jieba.total = dictionary().total
        self._jieba.initialized = True
        for word in words:
            self._read(word)
            self._jieba.add_word(word, freq=FREQUENCY)

    def cut(self, text: str) -> Iterator[tuple[str, int]]:
        """Words with their offsets; blank ones are dropped."""
        self._read(text)
        for word, start, _ in self._jieba.tokenize(text, HMM=False):
            if not word.isspace():
                yield word, start

    def _read(self, text: str) -> None:
        for character in self._unread.intersection(text):
            self._jieba.FREQ.update(dictionary().beginning_with(character))
            self._unread.remove(character)


@lru_cache(maxsize=8)
def shared_segmenter(words: tuple[str, ...]) -> Segmenter:
    """One segmenter a word list in this process: each has its own part of the dictionary."""
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
