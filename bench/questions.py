"""What the clients of a load ask: questions of the project's FAQ that all sides answer alike."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from bench.corpus import Example
from bench.load import APOLOGY, Talk, put
from bench.plan import BenchError
from kefu.dialogue.emergency import find_emergency
from kefu.knowledge import load_faq
from kefu.settings import ROOT
from kefu.topics import is_business

_SEED = 5
_FEWEST = 12  # questions, so that a conversation is not about the same again and again


def candidates(most: int | None = None) -> list[str]:
    """The FAQ's own questions in a fixed order, mixed by topic; emergencies open tickets and are left out."""
    return [example.text for example in labelled(most)]


def labelled(most: int | None = None) -> list[Example]:
    """The candidates with their intents: a small stock model knows these questions if it knows anything."""
    entries = [entry for entry in load_faq(ROOT / "data/faq") if is_business(entry.intent)]
    found = [Example(entry.intent, entry.question) for entry in entries if not find_emergency(entry.question)]
    random.Random(_SEED).shuffle(found)
    return found[:most]


def answered_alike(urls: Sequence[str], questions: Sequence[str], most: int = 30) -> dict[str, str]:
    """The questions that get the same answer everywhere, with it: these cost all sides the same action.

    Args:
        urls: of REST webhooks.
        questions: to be tried, each in a conversation of its own.
        most: how many are enough.

    Raises:
        BenchError: there are too few of them.
    """
    probes = [Talk(f"probe-{number}", (text,)) for number, text in enumerate(questions)]
    answers = [[talk[0].text for talk in put(url, probes, is_probe=True).talks] for url in urls]
    pairs = zip(questions, zip(*answers, strict=True), strict=True)
    alike = {text: told[0] for text, told in pairs if len({*told}) == 1 and _is_answer(told[0])}
    alike = dict(list(alike.items())[:most])
    if len(alike) < _FEWEST:
        raise BenchError(f"only {len(alike)} of {len(questions)} questions are answered alike: train stock Rasa longer")
    return alike


def _is_answer(text: str) -> bool:
    """Whether something was said, other than an apology: a small stock model knows no word on some questions."""
    return bool(text) and not text.startswith(APOLOGY)


def talks(name: str, questions: Sequence[str], clients: int, messages: int) -> list[Talk]:
    """Conversations that ask in turn, each beginning with another question.

    Args:
        name: makes the conversations' ids unique; use each once.
        questions: what is asked.
        clients: how many conversations.
        messages: of each.
    """
    return [Talk(f"{name}-{client}", tuple(_round(questions, 3 * client, messages))) for client in range(clients)]


def _round(questions: Sequence[str], first: int, messages: int) -> Iterator[str]:
    return (questions[(first + number) % len(questions)] for number in range(messages))
