"""Runs some of the actions in Rasa's own process: what only reads and answers needs no way to another one.

In endpoints.yml, the modules of these actions; an action server knows them as well, for whoever runs without the patch:

    action_endpoint:
      url: …
      in_process: [actions.answer]

Upstream: `rasa.core.actions.action.RemoteAction.run`. The SDK's own executor runs the action, and its answer goes
through JSON as if it had come over the network: nothing is shared between the action and Rasa's tracker.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, overload

import orjson
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.shared.core.events import Event, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection as RejectedByAction

from kefu.dialogue.patches.replacement import Replacement
from kefu.dialogue.stored_tracker import events_for_action
from kefu.settings import settings

_stock_run = RemoteAction.run


class LateEvents(Sequence[dict[str, Any]]):
    """Events as an action gets them, each written only when the action looks at it: few look at more than the last."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events

    @overload
    def __getitem__(self, at: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, at: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return [_through_json(event.as_dict()) for event in self._events[at]]
        return _through_json(self._events[at].as_dict())

    def __len__(self) -> int:
        return len(self._events)


@lru_cache
def executor(modules: tuple[str, ...]) -> ActionExecutor:
    """Runs the actions that are defined in the modules.

    Raises:
        ImportError: there is no such module.
    """
    made = ActionExecutor()
    for name in modules:
        for defined in vars(import_module(name)).values():
            if isinstance(defined, type) and issubclass(defined, Action) and defined.__module__ == name:
                made.register_action(defined)
    return made


def executor_of(action_endpoint: Mapping[str, Any]) -> ActionExecutor | None:
    """What runs the actions that `action_endpoint` of endpoints.yml wants in process; None where it wants none.

    Raises:
        ImportError: there is no such module.
        ValueError: `in_process` is no list of names.
    """
    modules = action_endpoint.get("in_process") or []
    if not isinstance(modules, list) or not all(isinstance(name, str) for name in modules):
        raise ValueError(f"endpoints.yml, action_endpoint, in_process: a list of modules is expected, not {modules!r}")
    return executor(tuple(modules)) if modules else None


def _executor_for(action: RemoteAction) -> ActionExecutor | None:
    endpoint = action.action_endpoint
    found = executor_of(endpoint.kwargs) if endpoint else None
    return found if found and action.name() in found.actions else None


async def _run(self: RemoteAction, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> list[Event]:
    found = _executor_for(self)
    if found is None:
        stock: list[Event] = await _stock_run(self, output_channel, nlg, tracker, domain)
        return stock
    call = {"next_action": self.name(), "sender_id": tracker.sender_id, "tracker": _state(tracker), "domain": {}}
    try:
        answer = await asyncio.wait_for(found.run(call), settings().action_timeout)
    except RejectedByAction as error:
        raise ActionExecutionRejection(error.action_name, error.message) from error
    except Exception as error:  # as of an action server that answers 500, or not in time
        why = "it took too long" if isinstance(error, asyncio.TimeoutError) else type(error).__name__
        raise RasaException(f"Failed to execute custom action '{self.name()}': {why}") from error
    plain = _through_json(answer)
    said: list[Event] = await self._utter_responses(plain["responses"], output_channel, nlg, tracker)
    return said + deserialise_events(plain["events"])


def _state(tracker: DialogueStateTracker) -> dict[str, Any]:
    """What an action server would be sent."""
    state: dict[str, Any] = _through_json(tracker.current_state())
    state["events"] = LateEvents(events_for_action(tracker))
    return state


def _through_json(value: dict[str, Any]) -> dict[str, Any]:
    try:
        plain: dict[str, Any] = orjson.loads(orjson.dumps(value))
    except TypeError:  # half of an emoji: Python's JSON has a form for it
        plain = json.loads(json.dumps(value))
    return plain


def replacements() -> Iterable[Replacement]:
    """What this patch replaces."""
    yield Replacement(RemoteAction, "run", _run)
