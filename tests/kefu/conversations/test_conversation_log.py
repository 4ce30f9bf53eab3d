"""The stored conversations: nothing lost, nothing twice, whoever writes at the same time; deleted by age."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from kefu.conversations import ConversationLog, ConversationMovedOnError
from kefu.conversations.log import NewEvent, Snapshot
from kefu.conversations.retention import purge
from kefu.database import Database

SENDER = "web-客户-1"
DAY = 86400.0
NOW = 1_800_000_000.0


def said(*texts: str, at: float = NOW, who: str = "bot") -> list[NewEvent]:
    return [NewEvent(who, at, json.dumps({"event": who, "text": text})) for text in texts]


async def texts(log: ConversationLog, sender: str = SENDER) -> list[str]:
    return [json.loads(data)["text"] for data in await log.history(sender)]


async def test_a_conversation_that_nobody_knows(conversations: ConversationLog) -> None:
    assert await conversations.version(SENDER) is None
    assert await conversations.load(SENDER) is None
    assert await conversations.load_all(SENDER) == (None, [])
    assert await conversations.history(SENDER) == []
    assert await conversations.messages(SENDER) == []
    assert await conversations.senders() == []


async def test_appends_and_loads_a_snapshot_and_what_came_after(conversations: ConversationLog) -> None:
    await conversations.append(SENDER, 0, said("一", "二"), Snapshot("旧"))
    await conversations.append(SENDER, 2, said("三"), Snapshot("新"))
    at = await conversations.append(SENDER, 3, said("四", "五"), None)
    found = await conversations.load(SENDER)
    assert found is not None
    assert (found.seq, found.updated_at, found.snapshot) == (5, at, "新")
    assert [json.loads(data)["text"] for data in found.since] == ["四", "五"]
    version = await conversations.version(SENDER)
    assert version is not None
    assert (version.seq, version.updated_at) == (5, at)
    assert await texts(conversations) == ["一", "二", "三", "四", "五"]


async def test_many_events_at_once(conversations: ConversationLog) -> None:
    many = [str(number) for number in range(1203)]
    await conversations.append(SENDER, 0, said(*many), Snapshot("x"))
    assert await texts(conversations) == many


@pytest.mark.parametrize("seq", [0, 1, 3])
async def test_who_has_not_seen_the_newest_stores_nothing(conversations: ConversationLog, seq: int) -> None:
    await conversations.append(SENDER, 0, said("一", "二"), Snapshot("一"))
    with pytest.raises(ConversationMovedOnError):
        await conversations.append(SENDER, seq, said("晚了"), Snapshot("晚了"))
    assert await texts(conversations) == ["一", "二"]
    found = await conversations.load(SENDER)
    assert found is not None and found.snapshot == "一"
    await conversations.append(SENDER, 2, said("三"), None)


@pytest.mark.parametrize("earlier", [0, 2])
async def test_of_writers_at_once_one_wins(conversations: ConversationLog, earlier: int) -> None:
    if earlier:
        await conversations.append(SENDER, 0, said("一", "二"), Snapshot("x"))
    writers = [conversations.append(SENDER, earlier, said(f"{n}a", f"{n}b"), Snapshot("x")) for n in range(6)]
    results = await asyncio.gather(*writers, return_exceptions=True)
    lost = [result for result in results if isinstance(result, BaseException)]
    assert len(lost) == 5 and all(isinstance(error, ConversationMovedOnError) for error in lost), lost
    first, second = (await texts(conversations))[earlier:]
    assert (first[0], first[1:], second[1:]) == (second[0], "a", "b")


WRITER = """
import asyncio, json, sys
from kefu.conversations import ConversationLog, ConversationMovedOnError
from kefu.conversations.log import NewEvent, Snapshot
from kefu.conversations.transactions import Transactions

async def main(url, name):
    log = ConversationLog(Transactions(url))
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(40):
        while True:
            version = await log.version("web-1")
            new = [NewEvent("bot", 1.0, json.dumps({"text": f"{name}{number}.{part}"})) for part in range(3)]
            try:
                await log.append("web-1", version.seq if version else 0, new, Snapshot(name))
                break
            except ConversationMovedOnError:
                pass
    log.close()

asyncio.run(main(*sys.argv[1:]))
"""


def two_writers(url: str, root: Path) -> list[tuple[int, str]]:
    """Two processes that write to one conversation at the same time; how each ended."""
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    started = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, name], cwd=root, text=True, **pipes) for name in "ab"
    ]
    try:
        assert [process.stdout.readline() for process in started if process.stdout] == ["ready\n"] * 2
        for process in started:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        errors = [process.communicate(timeout=120)[1] for process in started]
    finally:
        for process in started:
            process.kill()
    return [(process.returncode, error) for process, error in zip(started, errors, strict=True)]


def test_two_processes_lose_nothing(conversations: ConversationLog, database: Database, root: Path) -> None:
    ended = two_writers(database.url.render_as_string(hide_password=False), root)
    assert [code for code, _ in ended] == [0, 0], ended
    found = [json.loads(data)["text"] for data in conversations.history_now("web-1")]
    turns = [found[at : at + 3] for at in range(0, len(found), 3)]
    assert sorted(turn[0] for turn in turns) == sorted(f"{name}{number}.0" for name in "ab" for number in range(40))
    assert all([part.split(".")[1] for part in turn] == ["0", "1", "2"] for turn in turns)
    assert all(len({part.split(".")[0] for part in turn}) == 1 for turn in turns)


async def test_a_replaced_conversation_is_another_one(conversations: ConversationLog) -> None:
    await conversations.append(SENDER, 0, said("一", "二"), Snapshot("旧"))
    await conversations.replace(SENDER, said("新的"), Snapshot("新"))
    assert await texts(conversations) == ["新的"]
    with pytest.raises(ConversationMovedOnError):
        await conversations.append(SENDER, 2, said("太晚了"), None)
    await conversations.append(SENDER, 3, said("接着"), None)
    assert await texts(conversations) == ["新的", "接着"]
    await conversations.replace(SENDER, [], Snapshot(""))
    assert await conversations.senders() == []


async def test_the_latest_messages_without_the_rest(conversations: ConversationLog) -> None:
    events = [*said("问", who="user"), NewEvent("slot", NOW, "{}"), *said("答一", "答二")]
    await conversations.append(SENDER, 0, events, Snapshot("x"))
    await conversations.append("another", 0, said("别人的"), Snapshot("x"))
    assert [event["text"] for event in await conversations.messages(SENDER)] == ["问", "答一", "答二"]
    assert [event["text"] for event in await conversations.messages(SENDER, limit=2)] == ["答一", "答二"]


# --- retention


async def test_deletes_by_age(conversations: ConversationLog) -> None:
    old, new = NOW - 31 * DAY, NOW - 29 * DAY
    await conversations.append("left", 0, said(*map(str, range(700)), at=old), Snapshot("x"))
    await conversations.append("going on", 0, said("旧的", at=old), Snapshot("x"))
    await conversations.append("going on", 1, said("新的", at=new), None)
    assert await purge(conversations, 30, NOW) == 701
    assert await texts(conversations, "left") == []
    assert await texts(conversations, "going on") == ["新的"]
    await conversations.append("going on", 2, said("还能接着", at=NOW), None)
    assert await texts(conversations, "going on") == ["新的", "还能接着"]


async def test_what_is_left_of_a_conversation_goes_with_its_last_event(conversations: ConversationLog) -> None:
    await conversations.append(SENDER, 0, said("旧的", at=1.0), Snapshot("x"))
    assert await purge(conversations, 30) == 1
    assert await conversations.senders() == [SENDER]  # a turn may be under way: it was written just now
    assert await purge(conversations, 30, time.time() + 31 * DAY) == 0
    assert await conversations.senders() == []
    assert await conversations.load(SENDER) is None
    await conversations.append(SENDER, 0, said("再来"), Snapshot("x"))
    assert await texts(conversations) == ["再来"]


async def test_never_deletes_what_is_under_way(conversations: ConversationLog) -> None:
    with pytest.raises(ValueError, match="one day"):
        await purge(conversations, 0)


async def test_a_conversation_is_found_by_key(conversations: ConversationLog, database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL reads a small table as a whole, and is right")
    plan = await conversations._transactions.read(
        lambda cursor: cursor.rows(
            "EXPLAIN QUERY PLAN SELECT data FROM conversation_events WHERE sender_id = ? AND seq >= ? ORDER BY seq",
            ("a", 1),
        )
    )
    assert "SEARCH" in str(plan) and "SCAN" not in str(plan) and "TEMP B-TREE" not in str(plan)
