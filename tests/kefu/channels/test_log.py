"""The message log: ordered, durable, nothing twice."""

import asyncio

from kefu.channels.log import Line, MessageLog
from kefu.database import Database


def bot(text: str, message_id: str | None = None) -> Line:
    return Line("bot", {"text": text}, message_id)


async def test_lines_are_numbered_and_read_in_both_directions(database: Database) -> None:
    log = MessageLog(database)
    await log.append("web-1", [bot(str(number)) for number in range(1, 8)])
    await log.append("web-2", [bot("别人的")])
    assert [(line.seq, line.body["text"]) for line in await log.after("web-1", 4)] == [(5, "5"), (6, "6"), (7, "7")]
    assert [line.seq for line in await log.after("web-1", 0, limit=2)] == [1, 2]
    assert [line.seq for line in await log.before("web-1", limit=2)] == [6, 7]
    assert [line.seq for line in await log.before("web-1", 3)] == [1, 2]
    assert await log.before("web-1", 1) == []


async def test_a_line_with_a_known_id_is_there_once(database: Database) -> None:
    log = MessageLog(database)
    [first] = await log.append("web-1", [bot("工单有回复了", "push-1")])
    again, other = await log.append("web-1", [bot("工单有回复了", "push-1"), bot("还有", "push-2")])
    assert (first.is_new, again.is_new, other.is_new) == (True, False, True)
    assert (again.seq, other.seq) == (1, 2)
    assert (await log.append("web-2", [bot("别人的", "push-1")]))[0].is_new


async def test_many_at_once_leave_no_gap(database: Database) -> None:
    log = MessageLog(database)
    await asyncio.gather(*(log.append("web-1", [bot(str(number))]) for number in range(20)))
    lines = await log.after("web-1", 0)
    assert [line.seq for line in lines] == list(range(1, 21))
    assert {line.body["text"] for line in lines} == {str(number) for number in range(20)}
