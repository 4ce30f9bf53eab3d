"""Real servers for tests, private to the run: started from the machine's binaries, on free loopback ports."""

import glob
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def missing(what: str, require_all: bool) -> None:
    """Fail in CI, leave out elsewhere."""
    if require_all:
        pytest.fail(f"{what} is not installed, and KEFU_REQUIRE_ALL=1 wants it")
    pytest.skip(f"{what} is not installed")


@contextmanager
def private_postgres(require_all: bool) -> Iterator[str]:
    """A PostgreSQL cluster in a temporary folder; yields the address of its `postgres` database."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl")) or list(filter(None, [shutil.which("pg_ctl")]))
    if not found:
        missing("PostgreSQL", require_all)
    binaries = Path(found[-1]).parent
    folder = Path(tempfile.mkdtemp(prefix="kefu-pg-"))
    # PostgreSQL refuses to run as root; Debian's package brings a user of its own.
    prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if prefix:
        shutil.chown(folder, "postgres")
    data, port = folder / "data", free_port()

    def run(*command: str) -> None:
        subprocess.run([*prefix, *command], check=True, capture_output=True, cwd=folder)

    try:
        run(f"{binaries}/initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        run(f"{binaries}/pg_ctl", "-D", str(data), "-w", "-o", options, "-l", f"{folder}/log", "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            run(f"{binaries}/pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def empty_postgres(server: str, template: str | None = None) -> str:
    """A new database on a server, empty or a copy of another; returns its address."""
    name = f"kefu_{uuid.uuid4().hex[:12]}"
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg2"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else "")))
    engine.dispose()
    return str(make_url(server).set(database=name))
