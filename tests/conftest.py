"""What all tests share: nothing of a test run ever touches var/ of the project."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy.engine import make_url

_VAR = Path(tempfile.mkdtemp(prefix="kefu-tests-"))
os.environ["KEFU_VAR_DIR"] = str(_VAR)
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")

from kefu.conversations import ConversationLog  # noqa: E402
from kefu.conversations.transactions import Transactions  # noqa: E402
from kefu.database import Database  # noqa: E402  # settings are read at the first call, after the lines above
from kefu.migrate import migrate  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]

# Before a change lands, properties are tried on the same examples each time: what fails then has come with the change.
# Everywhere else they are drawn anew, and look further.
hypothesis.settings.register_profile("landing", derandomize=True)
if os.environ.get("KEFU_REQUIRE_ALL"):
    hypothesis.settings.load_profile("landing")

FreshDatabase = Callable[[str, Path], str]


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


@pytest.fixture(scope="session")
def fresh_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FreshDatabase:
    """Makes empty, migrated databases: kind (sqlite, postgres) and folder → address. Migrated once, then copied."""
    from tests.servers import empty_postgres

    @cache
    def template(kind: str) -> str:
        file = f"sqlite:///{tmp_path_factory.mktemp('template')}/kefu.db"
        url = file if kind == "sqlite" else empty_postgres(request.getfixturevalue("postgres_url"))
        migrate(url)
        return url

    def make(kind: str, folder: Path) -> str:
        if kind == "postgres":
            migrated = make_url(template(kind)).database
            return empty_postgres(request.getfixturevalue("postgres_url"), migrated)
        shutil.copy(str(make_url(template(kind)).database), folder / "kefu.db")
        return f"sqlite:///{folder}/kefu.db"

    return make


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def database(
    request: pytest.FixtureRequest, fresh_database: FreshDatabase, tmp_path: Path
) -> AsyncIterator[Database]:
    """An empty, migrated database of each kind."""
    opened = Database(fresh_database(request.param, tmp_path))
    yield opened
    await opened.close()


@pytest.fixture
def conversations(database: Database) -> Iterator[ConversationLog]:
    """The stored conversations of an empty database of each kind."""
    log = ConversationLog(Transactions(database.url.render_as_string(hide_password=False)))
    yield log
    log.close()
