"""Each test of the actions has a database of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actions.notices import _notices
from actions.queue import handoffs, users
from kefu.database import Database, database
from kefu.settings import settings


@pytest.fixture
async def own_database(monkeypatch: pytest.MonkeyPatch, fresh_database, tmp_path: Path) -> AsyncIterator[Database]:
    """The database that the actions of this test use."""
    monkeypatch.setenv("KEFU_VAR_DIR", str(tmp_path))
    read_once = (settings, database, _notices, handoffs, users)
    for one in read_once:
        one.cache_clear()
    assert fresh_database("sqlite", tmp_path) == settings().database
    yield database()
    await database().close()
    for one in read_once:
        one.cache_clear()
