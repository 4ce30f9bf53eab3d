"""Several processes open, change and answer at the same moment: nothing twice, nothing lost."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from kefu.database import Database
from kefu.desk.models import Ticket, TicketEvent, TicketMessage
from kefu.desk.outbox.models import Delivery

PROCESSES, ROUNDS, CUSTOMERS = 4, 12, 3
# Every process does the same things, as after a repeated message; each waits for the start signal.
WORKER = """
import asyncio, json, sys
from kefu.database import Database
from kefu.desk.errors import TicketError
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import Changes, TicketWork
from kefu.desk.lifecycle import Priority

url, rounds, customers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

async def main():
    database = Database(url)
    tickets, work, messages = TicketService(database), TicketWork(database), TicketMessages(database)

    async def one(number):
        customer = f"web-{number % customers}"
        new = NewTicket("post", "rest", customer, "refund", f"第 {number} 次", f"key-{number}")
        opened = await tickets.open(new)
        await messages.reply(opened.ticket.id, f"答复 {number}", "user:li", "小李", f"reply-{number}")
        await work.change(opened.ticket.id, Changes(priority=list(Priority)[number % 4]), "user:li", tell=False)
        return opened.ticket.id, opened.created

    print("ready", flush=True)
    sys.stdin.readline()
    found = await asyncio.gather(*(one(number) for number in range(rounds)))
    await database.close()
    print(json.dumps(found))

asyncio.run(main())
"""


async def test_processes_that_repeat_each_other(database: Database, root: Path) -> None:
    answers = await asyncio.to_thread(_run_all, str(database.url), root)
    assert len({json.dumps([ticket_id for ticket_id, _ in answer]) for answer in answers}) == 1
    assert sum(created for answer in answers for _, created in answer) == CUSTOMERS
    await _check(database)


def _run_all(url: str, root: Path) -> list[list]:
    """What each process says: for every round the ticket's number, and whether it made it."""
    command = [sys.executable, "-c", WORKER, url, str(ROUNDS), str(CUSTOMERS)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    started = [subprocess.Popen(command, cwd=root, text=True, **pipes) for _ in range(PROCESSES)]
    try:
        assert [process.stdout.readline() for process in started] == ["ready\n"] * PROCESSES
        for process in started:
            process.stdin.write("\n")
            process.stdin.flush()
        ended = [process.communicate(timeout=120) for process in started]
    finally:
        for process in started:
            process.kill()
    assert [process.returncode for process in started] == [0] * PROCESSES, ended
    return [json.loads(out) for out, _ in ended]


async def _check(database: Database) -> None:
    async with database.read() as session:
        assert (await session.execute(select(func.count()).select_from(Ticket))).scalar_one() == CUSTOMERS
        kinds = Counter((await session.execute(select(TicketEvent.kind))).scalars())
        texts = (await session.execute(select(TicketMessage.text))).scalars().all()
        pushed = (await session.execute(select(func.count()).select_from(Delivery))).scalar_one()
        versions = dict((await session.execute(select(Ticket.id, Ticket.version))).all())
        events = Counter((await session.execute(select(TicketEvent.ticket_id))).scalars())
    assert (kinds["created"], kinds["appended"]) == (CUSTOMERS, ROUNDS - CUSTOMERS)
    assert sorted(texts) == sorted(f"答复 {number}" for number in range(ROUNDS))
    assert kinds["reply"] == pushed == ROUNDS
    assert all(versions[ticket_id] >= count for ticket_id, count in events.items())
