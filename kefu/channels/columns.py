"""Values of the channels' tables in plain SQL, as SQLAlchemy's types write them: JSON, and moments in UTC."""

import json
from datetime import datetime, timezone
from typing import Any

from kefu.conversations.transactions import Cursor


def as_json(value: Any) -> str | None:
    """A value of a JSON column; None is NULL."""
    return None if value is None else json.dumps(value)


def from_json(stored: Any) -> Any:
    """What a JSON column holds; PostgreSQL's driver has read it already."""
    return json.loads(stored) if isinstance(stored, str) else stored


def as_moment(cursor: Cursor, moment: datetime) -> datetime | str:
    """A moment (aware) in UTC; SQLite keeps it as text that sorts."""
    utc = moment.astimezone(timezone.utc)
    return utc.strftime("%Y-%m-%d %H:%M:%S.%f") if cursor.is_sqlite else utc


def from_moment(stored: Any) -> datetime:
    """A moment that is there, in UTC."""
    if isinstance(stored, str):
        return datetime.fromisoformat(stored).replace(tzinfo=timezone.utc)
    moment: datetime = stored.astimezone(timezone.utc)
    return moment
