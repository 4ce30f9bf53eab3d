"""The knowledge base in use: the newest valid version of the files, replaced as a whole when they change."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from threading import Lock
from time import monotonic

import numpy as np

from kefu.brands import Brand
from kefu.knowledge.entry import FaqEntry
from kefu.knowledge.index import TextIndex
from kefu.knowledge.loader import load_faq
from kefu.knowledge.ranking import Found, Thresholds, decide
from kefu.knowledge.wordings import WordingIndex
from kefu.settings import settings
from kefu.show import CHINA
from kefu.text import normalise, normalise_all
from kefu.yaml_file import DataError

logger = logging.getLogger(__name__)

_LOOK_EVERY = 1.0  # seconds between two looks at the files
_MARKS = "?!。.,~"  # at the end of a question, which change nothing
_KEPT_DAYS = 16  # brands times days for which it is known what may be served

# How much the closest wording, all wordings together, and the answer's own words say about an entry.
_CLOSEST, _MEAN, _ANSWER = 0.4, 0.45, 0.15

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class _Served:
    """The entries that some customers may see."""

    entries: tuple[FaqEntry, ...]
    places: np.ndarray  # of each among all entries
    intents: np.ndarray  # the number of each one's intent


class Snapshot:
    """One version of the FAQ with its index; never changes."""

    def __init__(self, entries: Sequence[FaqEntry], version: str) -> None:
        self.entries = tuple(entries)
        self.version = version
        self.by_id = {entry.id: entry for entry in entries}
        self.overview = {entry.intent: entry for entry in reversed(entries)}  # the first of each intent
        self._intents = {intent: number for number, intent in enumerate(self.overview)}
        self._served: dict[tuple[str, date], _Served] = {}
        texts = iter(normalise_all([text for entry in entries for text in (entry.question, *entry.variants)]))
        wordings = [list(islice(texts, 1 + len(entry.variants))) for entry in entries]
        self._questions = WordingIndex(wordings)
        self._worded: dict[str, list[FaqEntry]] = {}
        for entry, own in zip(self.entries, wordings, strict=True):
            for text in own:
                self._worded.setdefault(text.rstrip(_MARKS), []).append(entry)
        self._answers = TextIndex(normalise_all([next(iter(entry.answer.values())) for entry in entries]))

    def search(self, text: str, intent: str | None, brand: str, k: int, day: date, thresholds: Thresholds) -> Found:
        """Look a question up among the entries that the brand's customers may see on that day."""
        served = self._served_to(brand, day)
        if not served.entries:
            return decide((), np.zeros(0), np.zeros(0), None, k, self.version, thresholds)
        closest, fit = self._similarities(text)
        of_intent = None if intent is None else served.intents == self._intents.get(intent, -1)
        return decide(
            served.entries, closest[served.places], fit[served.places], of_intent, k, self.version, thresholds
        )

    def word_for_word(self, text: str, brand: str, day: date) -> FaqEntry | None:
        """The entry that has a question in just these words, of those that the brand's customers may see."""
        worded = self._worded.get(normalise(text).text.rstrip(_MARKS), ())
        return next((entry for entry in worded if entry.is_for(brand) and entry.is_valid(day)), None)

    def _served_to(self, brand: str, day: date) -> "_Served":
        """What a brand's customers may see on a day; reckoned once, and the newest days are kept."""
        if (brand, day) not in self._served:
            if len(self._served) >= _KEPT_DAYS:
                self._served.clear()
            self._served[brand, day] = self._reckon(brand, day)
        return self._served[brand, day]

    def _reckon(self, brand: str, day: date) -> "_Served":
        places = [i for i, entry in enumerate(self.entries) if entry.is_for(brand) and entry.is_valid(day)]
        entries = tuple(self.entries[i] for i in places)
        intents = np.array([self._intents[entry.intent] for entry in entries], dtype=np.int32)
        return _Served(entries, np.array(places, dtype=np.int64), intents)

    def _similarities(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """To each entry: similarity of its closest wording, and how well it fits as a whole."""
        plain = normalise(text).text
        closest, mean = self._questions.similarities(plain)
        fit = _CLOSEST * closest + _MEAN * mean + _ANSWER * self._answers.similarities(plain)
        return closest, fit


class KnowledgeBase:
    """Serves data/faq; an edit is picked up within a second, a broken edit is logged and the last good kept."""

    def __init__(self, folder: Path, thresholds: Thresholds | None = None) -> None:
        self._folder = folder
        self._thresholds = thresholds or Thresholds()
        self._lock = Lock()
        self._stamp = self._look()
        self._snapshot = self._load()
        self._looked = monotonic()
        self.error: DataError | None = None

    def search(self, text: str, intent: str | None, brand: str, k: int = 3, day: date | None = None) -> Found:
        """Look a question up; see `ranking.decide` for the bands."""
        return self.current().search(text, intent, brand, k, day or _today(), self._thresholds)

    def word_for_word(self, text: str, brand: str) -> FaqEntry | None:
        """The entry that has a question in just these words; None where there is none for the brand today."""
        return self.current().word_for_word(text, brand, _today())

    def answer(self, faq_id: str, brand: Brand, channel: str | None = None, day: date | None = None) -> str | None:
        """The answer of an entry for a brand's customer; None where it may not be served (any more)."""
        entry = self.current().by_id.get(faq_id)
        if entry is None or not entry.is_for(brand.id) or not entry.is_valid(day or _today()):
            return None
        return entry.text_for(brand, channel)

    def current(self) -> Snapshot:
        """The version in use, after a look at the files where the last one is over a second ago."""
        if monotonic() - self._looked >= _LOOK_EVERY:
            with self._lock:
                self._reload_if_changed()
                self._looked = monotonic()
        return self._snapshot

    def _reload_if_changed(self) -> None:
        stamp = self._look()
        if stamp in (self._stamp, ()):
            return
        self._stamp = stamp
        try:
            self._snapshot, self.error = self._load(), None
            logger.info("FAQ reloaded: version %s, %d entries", self._snapshot.version, len(self._snapshot.entries))
        except DataError as error:
            self.error = error
            logger.error("FAQ edit not taken over, version %s stays in use:\n%s", self._snapshot.version, error)

    def _load(self) -> Snapshot:
        return Snapshot(load_faq(self._folder), _version(self._folder))

    def _look(self) -> Stamp:
        try:
            found = [(path.name, path.stat()) for path in sorted(self._folder.glob("[!.]*.yml"))]
        except FileNotFoundError:  # an editor is replacing the file right now
            return ()
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("[!.]*.yml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


@lru_cache(maxsize=1)
def knowledge_base() -> KnowledgeBase:
    """The knowledge base of this process, over data/faq."""
    return KnowledgeBase(settings().data_dir / "faq")


def search(text: str, intent: str | None, brand: str, k: int = 3) -> Found:
    """Look a customer's question up in the FAQ of a brand (DESIGN.md §4)."""
    return knowledge_base().search(text, intent, brand, k)


def _today() -> date:
    """China's day, whatever the machine's clock is set to."""
    return datetime.now(CHINA).date()
