"""The knowledge base in use: the newest valid version of the files, replaced as a whole when they change."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Lock
from time import monotonic

import numpy as np

from kefu.brands import Brand
from kefu.knowledge.entry import FaqEntry
from kefu.knowledge.index import TextIndex
from kefu.knowledge.loader import load_faq
from kefu.knowledge.ranking import Found, Thresholds, decide
from kefu.settings import settings
from kefu.text import normalise
from kefu.yaml_file import DataError

logger = logging.getLogger(__name__)

_LOOK_EVERY = 1.0  # seconds between two looks at the files

# How much the closest wording, all wordings together, and the answer's own words say about an entry.
_CLOSEST, _MEAN, _ANSWER = 0.4, 0.45, 0.15

Stamp = tuple[tuple[str, int, int], ...]


class Snapshot:
    """One version of the FAQ with its index; never changes."""

    def __init__(self, entries: Sequence[FaqEntry], version: str) -> None:
        self.entries = tuple(entries)
        self.version = version
        self.by_id = {entry.id: entry for entry in entries}
        self.overview = {entry.intent: entry for entry in reversed(entries)}  # the first of each intent
        texts = [(i, text) for i, entry in enumerate(self.entries) for text in (entry.question, *entry.variants)]
        self._owner = np.array([i for i, _ in texts], dtype=np.int64)
        self._wordings = np.bincount(self._owner, minlength=len(self.entries)).astype(np.float32)
        self._questions = TextIndex([normalise(text).text for _, text in texts])
        self._answers = TextIndex([normalise(next(iter(entry.answer.values()))).text for entry in self.entries])

    def search(self, text: str, intent: str | None, brand: str, k: int, day: date, thresholds: Thresholds) -> Found:
        """Look a question up among the entries that the brand's customers may see on that day."""
        closest, fit = self._similarities(text)
        served = [i for i, entry in enumerate(self.entries) if entry.is_for(brand) and entry.is_valid(day)]
        entries = [self.entries[i] for i in served]
        return decide(entries, closest[served], fit[served], intent, k, self.version, thresholds)

    def _similarities(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """To each entry: similarity of its closest wording, and how well it fits as a whole."""
        plain = normalise(text).text
        to_questions = self._questions.similarities(plain)
        closest = np.zeros(len(self.entries), dtype=np.float32)
        np.maximum.at(closest, self._owner, to_questions)
        total = np.bincount(self._owner, weights=to_questions, minlength=len(self.entries))
        mean = total / np.maximum(self._wordings, 1)
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
        return self.current().search(text, intent, brand, k, day or date.today(), self._thresholds)

    def answer(self, faq_id: str, brand: Brand, channel: str | None = None, day: date | None = None) -> str | None:
        """The answer of an entry for a brand's customer; None where it may not be served (any more)."""
        entry = self.current().by_id.get(faq_id)
        if entry is None or not entry.is_for(brand.id) or not entry.is_valid(day or date.today()):
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
