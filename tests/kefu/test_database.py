"""The database: money and moments come back as they went in, writers don't lose each other's work."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from kefu.database import Database, UtcDateTime, Yuan
from kefu.desk.models import TicketEvent
from tests.servers import empty_postgres, free_port

THINGS = Table(
    "things", MetaData(), Column("id", Integer, primary_key=True), Column("price", Yuan), Column("at", UtcDateTime)
)
CHINA = timezone(timedelta(hours=8))


@pytest.fixture
async def things(database: Database) -> Database:
    async with database.write() as session:
        await (await session.connection()).run_sync(THINGS.create)
    return database


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    opened = Database(empty_postgres(postgres_url))
    yield opened
    await opened.close()


async def stored(database: Database) -> list[tuple[object, ...]]:
    async with database.read() as session:
        return [tuple(row) for row in await session.execute(select(THINGS.c.price, THINGS.c.at))]


async def count(database: Database) -> int:
    return len(await stored(database))


@pytest.mark.parametrize("amount", ["0", "0.01", "350.50", "-12.30", "100000000.99"])
async def test_money_comes_back_to_the_fen(things: Database, amount: str) -> None:
    async with things.write() as session:
        await session.execute(insert(THINGS).values(price=Decimal(amount)))
    [(price, _)] = await stored(things)
    assert isinstance(price, Decimal)
    assert price == Decimal(amount)


async def test_money_is_kept_in_whole_fen(things: Database) -> None:
    async with things.write() as session:
        await session.execute(insert(THINGS), [{"price": Decimal("0.1")}, {"price": Decimal("0.204")}])
        assert (await session.execute(text("SELECT price FROM things ORDER BY price"))).scalars().all() == [10, 20]
        assert (await session.execute(select(func.sum(THINGS.c.price)))).scalar() == Decimal("0.3")


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 23, 2, 30, 15, 123456, tzinfo=timezone.utc),
        datetime(2026, 11, 23, 2, 30, tzinfo=CHINA),
        datetime(2026, 1, 1, 0, 30, tzinfo=CHINA),
    ],
)
async def test_a_moment_comes_back_in_utc(things: Database, moment: datetime) -> None:
    async with things.write() as session:
        await session.execute(insert(THINGS).values(at=moment))
    [(_, at)] = await stored(things)
    assert at == moment
    assert at.utcoffset() == timedelta(0)


async def test_nothing_stays_nothing(things: Database) -> None:
    async with things.write() as session:
        await session.execute(insert(THINGS).values(id=1))
    assert await stored(things) == [(None, None)]


async def test_a_moment_without_a_zone_is_refused(things: Database) -> None:
    with pytest.raises(StatementError, match="needs a time zone"):
        async with things.write() as session:
            await session.execute(insert(THINGS).values(at=datetime(2026, 11, 23)))
    assert await count(things) == 0


async def test_an_exception_takes_everything_of_its_block_back(things: Database) -> None:
    with pytest.raises(RuntimeError, match="half-way"):
        async with things.write("key") as session:
            await session.execute(insert(THINGS).values(id=1))
            raise RuntimeError("half-way")
    assert await count(things) == 0
    async with things.write("key") as session:  # and holds nobody up
        await session.execute(insert(THINGS).values(id=1))
    assert await count(things) == 1


async def test_a_reader_neither_waits_for_a_writer_nor_sees_half_of_its_work(things: Database) -> None:
    async with things.write("key") as session:
        await session.execute(insert(THINGS).values(id=1))
        assert await asyncio.wait_for(count(things), timeout=5) == 0
    assert await count(things) == 1


async def test_a_reader_sees_one_consistent_state(things: Database) -> None:
    async with things.read() as reader:
        before = (await reader.execute(select(func.count()).select_from(THINGS))).scalar()
        async with things.write() as session:
            await session.execute(insert(THINGS).values(id=1))
        after = (await reader.execute(select(func.count()).select_from(THINGS))).scalar()
    assert (before, after) == (0, 0)


async def add_one(database: Database, *keys: str) -> None:
    """Read, let others run, write what was read plus one: loses updates unless writers wait for each other."""
    async with database.write(*keys) as session:
        found = (await session.execute(select(THINGS.c.price))).scalar_one()
        await asyncio.sleep(0)
        await session.execute(update(THINGS).values(price=found + 1))


async def test_writers_that_name_the_same_key_go_one_after_the_other(things: Database) -> None:
    async with things.write() as session:
        await session.execute(insert(THINGS).values(price=Decimal(0)))
    await asyncio.gather(*(add_one(things, "customer") for _ in range(10)))
    assert (await stored(things))[0][0] == 10


async def test_the_order_of_keys_does_not_matter(things: Database) -> None:
    async with things.write() as session:
        await session.execute(insert(THINGS).values(price=Decimal(0)))
    await asyncio.gather(*(add_one(things, *("ab" if i % 2 else "ba")) for i in range(10)))
    assert (await stored(things))[0][0] == 10


@pytest.mark.postgres
async def test_on_postgres_other_keys_do_not_wait(postgres: Database) -> None:
    async def write_b() -> None:
        async with postgres.write("b") as session:
            await session.execute(text("SELECT 1"))

    async with postgres.write("a"):
        await asyncio.wait_for(write_b(), timeout=5)


async def test_what_is_referred_to_must_exist(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            now = datetime.now(timezone.utc)
            session.add(TicketEvent(ticket_id="KF0000000000", at=now, actor="a", kind="created", data={}))


async def test_sqlite_survives_a_power_cut(tmp_path) -> None:
    opened = Database(f"sqlite:///{tmp_path}/new/folder/kefu.db")
    async with opened.read() as session:
        assert (await session.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        assert (await session.execute(text("PRAGMA synchronous"))).scalar() == 2
    await opened.close()


async def test_check_is_silent_while_the_database_answers(database: Database) -> None:
    await database.check()


async def test_check_raises_when_it_does_not() -> None:
    away = Database(f"postgresql://kefu@127.0.0.1:{free_port()}/kefu")
    with pytest.raises(OSError, match="[Cc]onnect"):
        await away.check()
    await away.close()


async def test_an_error_does_not_show_what_was_to_be_stored(database: Database) -> None:
    with pytest.raises(DBAPIError) as failed:
        async with database.write() as session:
            await session.execute(text("SELECT * FROM nowhere WHERE text = :text"), {"text": "我的秘密"})
    assert "nowhere" in str(failed.value)
    assert "我的秘密" not in str(failed.value) + repr(failed.value)


async def test_errors_of_plain_sql_are_those_that_callers_know(database: Database) -> None:
    for run in (database.quick, database.quick_read):
        with pytest.raises(SQLAlchemyError):
            await run(lambda cursor: cursor.execute("SELECT 1 FROM nowhere"))


async def test_a_long_look_at_sqlite_leaves_the_event_loop_alone(database: Database) -> None:
    here = threading.get_ident()

    async def look(given: Database) -> tuple[int, int]:
        async with given.read() as session:
            return threading.get_ident(), (await session.execute(text("SELECT 7"))).scalar_one()

    thread, found = await database.apart(look)
    assert found == 7
    assert (thread != here) is database.is_sqlite
