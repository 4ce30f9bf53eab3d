"""An action in Rasa's own process gives what it gives behind the network."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from aiohttp import web
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.events import SlotSet as SetSlot
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from kefu.dialogue import patches
from kefu.dialogue.patches import action_session, local_actions
from kefu.dialogue.patches.local_actions import LateEvents
from tests.servers import free_port

NLG = TemplatedNaturalLanguageGenerator({"utter_hello": [{"text": "您好{name}"}]})


class Named(Action):
    def name(self) -> str:
        return type(self).__name__.lower()


class Tells(Named):
    """Says all that it has been told."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        dispatcher.utter_message(text=f"{tracker.slots} {tracker.events} {tracker.latest_message} {domain}")
        dispatcher.utter_message(response="utter_hello", name=tracker.get_latest_input_channel())
        dispatcher.utter_message(text="选", buttons=[{"title": "一", "payload": "/a"}], faq_id="a.b")
        return [SetSlot("topic", {"pair": (1, 2)})]


class Says(Named):
    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Any:
        dispatcher.utter_message(text="half of an emoji \ud83d")


class Refuses(Named):
    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Any:
        raise ActionExecutionRejection(self.name(), "not now")


class Fails(Named):
    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Any:
        raise ValueError("told to")


class Hangs(Named):
    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Any:
        await asyncio.Event().wait()


class Meddles(Named):
    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Any:
        tracker.slots["topic"].append("forged")
        tracker.latest_message["intent"]["name"] = "forged"
        tracker.events[-1]["name"] = "forged"
        tracker.events[1]["metadata"]["brand"] = "forged"
        tracker.events[1:][0]["parse_data"]["intent"]["name"] = "forged"


def a_tracker() -> DialogueStateTracker:
    events = [
        ActionExecuted("action_listen", timestamp=1.0),
        UserUttered(
            "退款", {"name": "refund", "confidence": 0.9}, input_channel="website", message_id="1", timestamp=2.0
        ),
        SlotSet("topic", ["refund"], timestamp=3.0),
    ]
    return DialogueStateTracker.from_events("someone", events, [AnySlot("topic", [])])


async def run(name: str, endpoint: EndpointConfig, tracker: DialogueStateTracker | None = None) -> Any:
    """The events of an action, or what it raised."""
    try:
        found = await RemoteAction(name, endpoint).run(
            CollectingOutputChannel(), NLG, tracker or a_tracker(), Domain.empty()
        )
    except Exception as error:
        return type(error), str(error)
    return [event.as_dict() | {"timestamp": 0} for event in found]


def local(url: str = "http://127.0.0.1:9/webhook") -> EndpointConfig:
    return EndpointConfig(url, in_process=[__name__], enable_selective_domain=True)


@pytest.fixture
async def remote() -> AsyncIterator[EndpointConfig]:
    """The same actions behind the network; answers as the SDK's own server does."""
    executor = ActionExecutor()
    for action in (Tells, Says, Refuses, Fails):
        executor.register_action(action)

    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response(await executor.run(await request.json()))
        except ActionExecutionRejection as error:
            return web.json_response({"error": str(error), "action_name": error.action_name}, status=400)

    app = web.Application()
    app.router.add_post("/webhook", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield EndpointConfig(f"http://127.0.0.1:{port}/webhook", enable_selective_domain=True)
    await action_session.kept.close()
    await runner.cleanup()


@pytest.mark.parametrize("name", ["tells", "says", "refuses"])
async def test_same_as_behind_the_network(remote: EndpointConfig, name: str) -> None:
    behind = await run(name, remote)
    patches.apply(["local_actions"])
    here = await run(name, local())
    if name == "tells":  # how a Sequence of events shows itself is its own affair
        assert "'event': 'user'" in behind[0]["text"]
        behind[0]["text"] = here[0]["text"] = ""
    assert here == behind


async def test_an_error_is_one(remote: EndpointConfig) -> None:
    behind, _ = await run("fails", remote)
    patches.apply(["local_actions"])
    here, _ = await run("fails", local())
    assert here is behind is RasaException


async def test_the_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_actions, "settings", lambda: SimpleNamespace(action_timeout=0.05))
    patches.apply(["local_actions"])
    _, told = await run("hangs", local())
    assert "took too long" in told


async def test_an_action_cannot_change_rasas_tracker() -> None:
    patches.apply(["local_actions"])
    tracker = a_tracker()
    before = str(tracker.current_state()), [event.as_dict() for event in tracker.events]
    assert await run("meddles", local(), tracker) == []
    assert (str(tracker.current_state()), [event.as_dict() for event in tracker.events]) == before


async def test_other_actions_are_behind_the_network_still(remote: EndpointConfig) -> None:
    patches.apply(["local_actions"])
    remote.kwargs["in_process"] = ["tests.servers"]  # knows no action
    assert len(await run("tells", remote)) == 4


def test_events_are_written_when_looked_at() -> None:
    events = LateEvents([SlotSet("a", number, timestamp=1.0) for number in range(3)])
    assert len(events) == 3
    assert [event["value"] for event in reversed(events)] == [2, 1, 0]
    assert [event["value"] for event in events[1:]] == [1, 2]
    assert events[-1] == SlotSet("a", 2, timestamp=1.0).as_dict()


@pytest.mark.parametrize("wanted", ["actions.answer", [1], {"actions": "answer"}])
def test_what_is_no_list_of_modules_is_refused(wanted: Any) -> None:
    with pytest.raises(ValueError, match="a list of modules is expected"):
        local_actions.executor_of({"in_process": wanted})


def test_a_module_that_is_not_there_is_refused() -> None:
    with pytest.raises(ModuleNotFoundError):
        local_actions.executor_of({"in_process": ["actions.anwser"]})


def test_the_modules_of_endpoints_yml_hold_actions_of_the_domain(root: Path) -> None:
    endpoints = yaml.safe_load((root / "endpoints.yml").read_text(encoding="utf-8"))
    domain = yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))
    modules = endpoints["action_endpoint"]["in_process"]
    for module in modules:
        names = set(local_actions.executor((module,)).actions)
        assert names
        assert names <= set(domain["actions"])
