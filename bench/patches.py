"""What each patch of kefu.dialogue.patches gains: `python -m bench.patches [rounds]`.

Answers questions (a custom action over HTTP, tracker in memory, FIFO lock) with all patches, with none, and with all
but each; interleaved, and compared within a round, so that a busy machine is as busy for one as for the other.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

# One conversation.
QUESTIONS = ("充值了没到账怎么办", "怎么退款", "提现要手续费吗", "付款失败了", "忘记密码怎么办")
TURNS = 5 * len(QUESTIONS)  # a round


@contextmanager
def action_server() -> Iterator[str]:
    """The shipped actions; yields the address."""
    from tests.servers import free_port

    port = free_port()
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)]
    environment = {**os.environ, "SANIC_HOST": "127.0.0.1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not _answers(f"http://127.0.0.1:{port}/health"):
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/webhook"
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return urllib.request.urlopen(url, timeout=1).status == 200
    except OSError:
        return False


async def measure(rounds: int, url: str) -> dict[str, list[float]]:
    """Milliseconds of CPU a turn in every round, by what is left out."""
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
    from rasa.utils.endpoints import EndpointConfig
    from rasa.utils.log_utils import configure_structlog

    from kefu.dialogue import patches
    from kefu.dialogue.lock_store import FairLockStore
    from kefu.dialogue.patches import action_session

    configure_structlog(40)
    sets = {"nothing": patches.NAMES, "everything": ()}
    sets |= {name: tuple(other for other in patches.NAMES if other != name) for name in patches.NAMES}
    agents: dict[str, Agent] = {}
    for without, names in sets.items():
        patches.undo()
        patches.apply(names)
        agents[without] = Agent.load(
            "models",
            generator=EndpointConfig(type="kefu.dialogue.nlg.BrandNlg"),
            lock_store=FairLockStore(),
            action_endpoint=EndpointConfig(url),
        )

    async def turn(agent: Agent, number: int, conversation: str) -> None:
        text, output = QUESTIONS[number % len(QUESTIONS)], CollectingOutputChannel()
        await agent.handle_message(UserMessage(text, output, conversation, metadata={"brand": "post"}))
        assert output.messages, text

    cost: dict[str, list[float]] = {without: [] for without in sets}
    for round_ in range(rounds):
        for without, names in sets.items():
            patches.undo()
            patches.apply(names)
            await turn(agents[without], 0, f"warm-{round_}")
            started = time.process_time()
            for number in range(TURNS):
                await turn(agents[without], number, f"{round_}-{number // len(QUESTIONS)}")
            cost[without].append((time.process_time() - started) / TURNS * 1000)
    await action_session.kept.close()
    return cost


def report(cost: dict[str, list[float]]) -> None:
    """Print the table."""
    print(f"{'left out':18} CPU ms/turn (median)   costs more than with all patches")
    for without, values in cost.items():
        more = statistics.median(value / best - 1 for value, best in zip(values, cost["nothing"], strict=True))
        print(f"{without:18} {statistics.median(values):20.2f}   {more:+.1%}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="kefu-bench-") as var:
        os.environ |= {"RASA_TELEMETRY_ENABLED": "false", "KEFU_VAR_DIR": var}
        from kefu.migrate import migrate

        migrate()
        with action_server() as address:
            report(asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 20, address)))
