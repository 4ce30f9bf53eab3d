"""Lets a policy that remembers stories look only where a story may go on.

Upstream: `rasa.core.policies.memoization.MemoizationPolicy.predict_action_probabilities`.
Reason: for every prediction it makes all states and packs them into a key, though hardly any message is one that the
stories know: what their last messages mean is looked at first, before the states are made and before they are packed.
"""

import base64
import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.policy import PolicyPrediction
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.dialogue.patches.replacement import Replacement

_LAST_INTENT = re.compile(r"user: \{[^{}]*?\bintent: ([^,{}]+)(?:, text: [^{}]*)?\}\}\]$")
_START = "[{}]"  # the only state in which nothing was done yet

_stock = MemoizationPolicy.predict_action_probabilities


class StoryIndex:
    """The intents of the messages in whose states remembered stories end; None: Rasa itself must look."""

    def __init__(self, lookup: Mapping[str, str]) -> None:
        self.keys = frozenset(lookup)
        self._remembered = frozenset(map(_plain, lookup))
        found = [_LAST_INTENT.search(text) for text in self._remembered if text != _START]
        self.intents = None if None in found else frozenset(match[1] for match in found if match)

    def may_know(self, tracker: DialogueStateTracker) -> bool:
        """Whether the tracker's states may be among the remembered ones.

        The last state shows the latest message where the bot has just listened; later in the turn it may show an
        earlier message, because turns of rules are hidden from stories.
        """
        if self.intents is None or not tracker.latest_action_name:
            return True
        if tracker.latest_action_name == ACTION_LISTEN_NAME and tracker.latest_message:
            return _intent(tracker.latest_message) in self.intents
        return any(_intent(event) in self.intents for event in tracker.events if type(event) is UserUttered)

    def knows(self, states: Sequence[State]) -> bool:
        """Whether these states are among the remembered ones; packing them for Rasa takes three times as long."""
        return self.intents is None or json.dumps(states, sort_keys=True).replace('"', "") in self._remembered


def _intent(message: UserUttered) -> str:
    """A message's intent as it stands in a key."""
    return json.dumps(str((message.intent or {}).get("name"))).replace('"', "")


def _plain(key: str) -> str:
    """A key as Rasa wrote it before it was compressed (see `_create_feature_key`)."""
    if key.startswith("["):
        return key
    try:
        return zlib.decompress(base64.b64decode(key)).decode()
    except (ValueError, zlib.error):
        return ""


class _Indexes:
    def __init__(self) -> None:
        self._made: WeakKeyDictionary[MemoizationPolicy, StoryIndex] = WeakKeyDictionary()

    def of(self, policy: MemoizationPolicy) -> StoryIndex:
        """The index of what a policy remembers; made anew where that has changed (in training)."""
        index = self._made.get(policy)
        if index is None or index.keys != policy.lookup.keys():
            index = self._made[policy] = StoryIndex(policy.lookup)
        return index


_indexes = _Indexes()


def _predict(
    self: MemoizationPolicy,
    tracker: DialogueStateTracker,
    domain: Domain,
    rule_only_data: dict[str, Any] | None = None,
    **kwargs: Any,
) -> PolicyPrediction:
    if type(self) is MemoizationPolicy:
        index = _indexes.of(self)
        if not index.may_know(tracker):
            return self._prediction(self._default_predictions(domain))
        states = self._prediction_states(tracker, domain, rule_only_data=rule_only_data)
        if not index.knows(states):
            return self._prediction(self._default_predictions(domain))
    return _stock(self, tracker, domain, rule_only_data, **kwargs)


def replacements() -> Iterable[Replacement]:
    """What this patch replaces."""
    yield Replacement(MemoizationPolicy, "predict_action_probabilities", _predict)
