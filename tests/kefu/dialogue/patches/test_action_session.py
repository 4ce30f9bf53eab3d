"""The connection to the action server: kept, with an end to the patience, and otherwise as Rasa has it."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import rasa.core.run
from aiohttp import BasicAuth, web
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from kefu.channels.rest import RestChannel
from kefu.dialogue import patches
from kefu.dialogue.patches import action_session
from tests.servers import free_port

_PATIENCE = 2.0  # seconds; what answers at once does so within it on a busy machine too
GOOD = {"events": [{"event": "slot", "name": "topic", "value": "refund"}], "responses": [{"text": "好"}]}


@dataclass
class ActionServer:
    """Answers as the name of the action says; remembers who came, and with what."""

    url: str
    connections: set[Any] = field(default_factory=set)
    requests: list[dict[str, Any]] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        self.connections.add(request.transport)
        body = await request.json()
        headers = {name: value for name, value in request.headers.items() if name != "Content-Length"}  # spaces in JSON
        self.requests.append(
            {"headers": headers, "query": dict(request.query), "action": body["next_action"], "body": body}
        )
        if body["next_action"] == "action_refuse":
            return web.json_response({"action_name": "action_refuse", "error": "no"}, status=400)
        if body["next_action"] == "action_fail":
            return web.json_response({"error": "told to"}, status=500)
        if body["next_action"] == "action_bad":
            return web.json_response({"events": [{"event": "no such event"}]})
        if body["next_action"] == "action_hang":
            await self.go_on.wait()
        answer = web.json_response(GOOD)
        answer.set_cookie("seen", "yes")
        return answer


@pytest.fixture
async def server() -> AsyncIterator[ActionServer]:
    port = free_port()
    running = ActionServer(f"http://127.0.0.1:{port}/webhook")
    app = web.Application()
    app.router.add_post("/webhook", running.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield running
    await action_session.kept.close()
    await runner.cleanup()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_session, "settings", lambda: SimpleNamespace(action_timeout=_PATIENCE))


async def run(endpoint: EndpointConfig, name: str = "action_answer") -> Any:
    """The events of an action, or how it failed."""
    tracker = DialogueStateTracker.from_events("someone", [])
    nlg = TemplatedNaturalLanguageGenerator({})
    try:
        events = await RemoteAction(name, endpoint).run(CollectingOutputChannel(), nlg, tracker, Domain.empty())
    except Exception as error:
        return type(error), str(error).replace(str(endpoint.url), "URL")
    return [event.as_dict() | {"timestamp": 0} for event in events]


async def test_the_connection_is_kept(server: ActionServer) -> None:
    endpoint = EndpointConfig(server.url)
    for _ in range(3):
        assert len(await run(endpoint)) == 2
    assert len(server.connections) == 3
    server.connections.clear()
    patches.apply(["action_session"])
    for _ in range(3):
        assert len(await run(endpoint)) == 2
    assert len(server.connections) == 1


@pytest.mark.parametrize("name", ["action_answer", "action_refuse", "action_fail", "action_bad"])
async def test_same_events_or_error(server: ActionServer, name: str) -> None:
    endpoint = EndpointConfig(server.url)
    stock = await run(endpoint, name)
    patches.apply(["action_session"])
    assert [await run(endpoint, name) for _ in range(2)] == [stock, stock]


async def test_same_error_without_a_server() -> None:
    endpoint = EndpointConfig(f"http://127.0.0.1:{free_port()}/webhook")
    stock = await run(endpoint)
    patches.apply(["action_session"])
    ours = await run(endpoint)
    await action_session.kept.close()
    assert ours == stock
    assert "Couldn't connect" in ours[1]


async def test_same_request(server: ActionServer) -> None:
    endpoint = EndpointConfig(
        server.url,
        params={"a": "1"},
        headers={"X-Kefu": "yes"},
        basic_auth={"username": "u", "password": "p"},
        token="t",
    )
    await run(endpoint)
    patches.apply(["action_session"])
    await run(endpoint)
    await run(endpoint)
    stock, first, second = server.requests
    assert stock == first == second
    assert stock["headers"]["Authorization"] == BasicAuth("u", "p").encode()
    assert stock["query"] == {"a": "1", "token": "t"}
    assert "Cookie" not in second["headers"]


async def test_the_patience_ends(server: ActionServer, impatient: None) -> None:
    patches.apply(["action_session"])
    endpoint = EndpointConfig(server.url)
    begun = time.monotonic()
    assert await run(endpoint, "action_hang") == (asyncio.TimeoutError, "")
    assert _PATIENCE <= time.monotonic() - begun < 60  # Rasa's own is 300 s
    assert len(await run(endpoint)) == 2


async def test_turns_do_not_wait_for_each_others_actions(server: ActionServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_session, "settings", lambda: SimpleNamespace(action_timeout=60))
    patches.apply(["action_session"])
    endpoint = EndpointConfig(server.url)
    hanging = [asyncio.create_task(run(endpoint, "action_hang")) for _ in range(150)]
    while len(server.requests) < len(hanging):  # noqa: ASYNC110  # the server does not tell
        await asyncio.sleep(0.01)
    assert len(await run(endpoint)) == 2
    assert not any(task.done() for task in hanging)
    server.go_on.set()
    assert [len(events) for events in await asyncio.gather(*hanging)] == [2] * len(hanging)


async def test_endpoints_have_sessions_of_their_own(server: ActionServer) -> None:
    patches.apply(["action_session"])
    await run(EndpointConfig(server.url, headers={"X-Kefu": "one"}))
    await run(EndpointConfig(server.url, headers={"X-Kefu": "two"}))
    assert [request["headers"]["X-Kefu"] for request in server.requests] == ["one", "two"]


class _Agent:
    """A loaded model, as far as the end of the server asks for it."""

    tracker_store = SimpleNamespace(event_broker=None)


async def test_sessions_are_closed_with_the_server(server: ActionServer) -> None:
    """Rasa registers its own `close_resources` before the store has applied any patch."""
    app = rasa.core.run.configure_app([RestChannel()])
    app.ctx.agent = _Agent()
    app.register_listener(rasa.core.run.close_resources, "after_server_stop")
    patches.apply(["action_session"])
    running = await app.create_server(port=free_port(), return_asyncio_server=True)
    await running.startup()
    await running.before_start()
    await running.after_start()
    endpoint = EndpointConfig(server.url)
    await run(endpoint)
    session = action_session.kept.of(endpoint)
    assert not session.closed
    await running.before_stop()
    await running.close()
    await running.after_stop()
    assert session.closed
    assert len(await run(endpoint)) == 2


async def test_half_an_emoji_reaches_the_action(server: ActionServer) -> None:
    patches.apply(["action_session"])
    tracker = DialogueStateTracker.from_events("someone", [UserUttered("好\ud83d")])
    await RemoteAction("action_answer", EndpointConfig(server.url)).run(
        CollectingOutputChannel(), TemplatedNaturalLanguageGenerator({}), tracker, Domain.empty()
    )
    assert server.requests[0]["body"]["tracker"]["latest_message"]["text"] == "好\ud83d"
