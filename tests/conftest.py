"""What all tests share: nothing of a test run ever touches var/ of the project."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

_VAR = Path(tempfile.mkdtemp(prefix="kefu-tests-"))
os.environ["KEFU_VAR_DIR"] = str(_VAR)
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")

from kefu.conversations import ConversationLog  # noqa: E402
from kefu.conversations.transactions import Transactions  # noqa: E402
from kefu.database import Database  # noqa: E402  # settings are read at the first call, after the lines above
from kefu.migrate import migrate  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the tests: a file's tests stay together, all that start the whole product too."""
    for item in items:
        path = item.path.relative_to(ROOT / "tests")
        item.add_marker(pytest.mark.xdist_group("e2e" if path.parts[0] == "e2e" else str(path)))


def pytest_sessionfinish() -> None:
    """Leave nothing behind."""
    shutil.rmtree(_VAR, ignore_errors=True)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def require_all() -> bool:
    """Whether a missing browser or database fails the test (in CI) instead of leaving it out."""
    return os.environ.get("KEFU_REQUIRE_ALL") == "1"


@pytest.fixture(scope="session")
def postgres_url(require_all: bool) -> Iterator[str]:
    """A private PostgreSQL, started from the machine's binaries on a free port, stopped at the end."""
    from tests.servers import private_postgres

    with private_postgres(require_all) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty, migrated database of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/kefu.db"
    else:
        from tests.servers import empty_postgres

        url = empty_postgres(request.getfixturevalue("postgres_url"))
    migrate(url)
    opened = Database(url)
    yield opened
    await opened.close()


@pytest.fixture
def conversations(database: Database) -> Iterator[ConversationLog]:
    """The stored conversations of an empty database of each kind."""
    log = ConversationLog(Transactions(database.url.render_as_string(hide_password=False)))
    yield log
    log.close()
