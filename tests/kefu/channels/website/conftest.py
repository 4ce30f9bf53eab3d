"""A server of the website channel over the test's own database."""

from collections.abc import AsyncIterator

import pytest

from kefu.channels import door as door_module
from kefu.channels.website import channel as channel_module
from kefu.database import Database
from kefu.settings import settings
from tests.website_server import Server, website_server


@pytest.fixture
def own_database(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The channel works on the test's database; every line is a turn of its own."""
    for module in (door_module, channel_module):
        monkeypatch.setattr(module, "database", lambda: database)
    monkeypatch.setattr(door_module, "settings", lambda: settings().copy(update={"join_seconds": 0}))
    return database


@pytest.fixture
async def server(own_database: Database) -> AsyncIterator[Server]:
    async with website_server() as running:
        yield running
