"""Incident notices: an operator switches one on per brand, and the bot tells it where it matters."""

import logging
from collections.abc import Sequence
from datetime import datetime, timezone
from time import monotonic

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from kefu.database import Database
from kefu.desk.models import Notice

logger = logging.getLogger(__name__)

_FRESH = 2.0  # seconds for which what was read is good


class NoticeService:
    """Notices over a database; `active` is asked each turn and reads at most every two seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: list[Notice] = []
        self._read_at = -_FRESH

    async def switch_on(self, brand: str, text: str, topics: Sequence[str] = ()) -> int:
        """Tell a brand's customers from now on; no topics means every answer. Returns the notice's number."""
        notice = Notice(brand=brand, topics=list(topics), text=text, began_at=datetime.now(timezone.utc))
        async with self._database.write("notices") as session:
            session.add(notice)
        self._read_at = -_FRESH
        return int(notice.id)

    async def end(self, number: int) -> bool:
        """End one notice; False where there is none that runs."""
        async with self._database.write("notices") as session:
            notice = await session.get(Notice, number)
            if notice is None or notice.ended_at is not None:
                return False
            notice.ended_at = datetime.now(timezone.utc)
        self._read_at = -_FRESH
        return True

    async def latest(self, limit: int = 30) -> list[Notice]:
        """Those that are on first, then the newest."""
        order = (Notice.ended_at.is_not(None), Notice.id.desc())
        async with self._database.read() as session:
            return list((await session.execute(select(Notice).order_by(*order).limit(limit))).scalars())

    async def switch_off(self, brand: str) -> int:
        """End all notices of a brand; returns how many there were."""
        async with self._database.write("notices") as session:
            query = select(Notice).where(Notice.brand == brand, Notice.ended_at.is_(None))
            found = list((await session.execute(query)).scalars())
            for notice in found:
                notice.ended_at = datetime.now(timezone.utc)
        self._read_at = -_FRESH
        return len(found)

    async def active(self, brand: str, topic: str | None = None) -> list[str]:
        """The texts that a brand's customer should see with an answer on a topic (None: with any answer)."""
        if monotonic() - self._read_at >= _FRESH:
            await self._read()
        return [
            str(notice.text)
            for notice in self._known
            if notice.brand == brand and (topic is None or not notice.topics or topic in notice.topics)
        ]

    async def _read(self) -> None:
        """Read what is switched on; without a database the last known stays, so that answers still go out."""
        try:
            async with self._database.read() as session:
                query = select(Notice).where(Notice.ended_at.is_(None)).order_by(Notice.id)
                self._known = list((await session.execute(query)).scalars())
        except (SQLAlchemyError, OSError):
            logger.exception("notices can't be read")
        self._read_at = monotonic()
