"""A channel hears of an action that failed, and of nothing else."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.actions.action import ActionExecutionRejection, ActionListen
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.dialogue.patches import told_failures

DOMAIN = Domain.empty()


class Hears(CollectingOutputChannel):
    """Remembers what failed."""

    def __init__(self) -> None:
        super().__init__()
        self.failed: list[str] = []

    def action_failed(self, name: str) -> None:
        self.failed.append(name)


class Does(ActionListen):
    """Ends as told."""

    def __init__(self, end: Exception | None) -> None:
        self.end = end

    async def run(self, *args: Any) -> list[Any]:
        if self.end:
            raise self.end
        return []


@pytest.fixture(autouse=True)
def patched() -> Iterator[None]:
    undo = [replacement.make() for replacement in told_failures.replacements()]
    yield
    for replacement in undo:
        replacement.make()


async def run(action: Does, channel: CollectingOutputChannel) -> None:
    async def nothing(*args: Any) -> None:
        pass

    processor = MessageProcessor.__new__(MessageProcessor)
    processor.__dict__.update(domain=DOMAIN, action_endpoint=None, max_number_of_predictions=10)
    processor.execute_side_effects = nothing
    prediction = PolicyPrediction([1.0], "RulePolicy")
    await processor._run_action(action, DialogueStateTracker("a", []), channel, SimpleNamespace(), prediction)


@pytest.mark.parametrize(
    ("end", "told"),
    [(ValueError("away"), ["action_listen"]), (None, []), (ActionExecutionRejection("action_listen"), [])],
)
async def test_tells_of_failures_only(end: Exception | None, told: list[str]) -> None:
    channel = Hears()
    await run(Does(end), channel)
    assert channel.failed == told


async def test_a_channel_need_not_want_to_know() -> None:
    await run(Does(ValueError("away")), CollectingOutputChannel())
