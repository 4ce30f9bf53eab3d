"""A PostgreSQL of our own, as durable as it comes, where the machine has the binaries."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.plan import BenchError
from bench.processes import free_port


@contextmanager
def durable_postgres() -> Iterator[str | None]:
    """A fresh cluster in a temporary folder; yields the address of an empty database, None without PostgreSQL.

    Raises:
        BenchError: it did not start.
    """
    # As in tests/servers.py; there without fsync, which would be half of what is measured here.
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl")) or list(filter(None, [shutil.which("pg_ctl")]))
    if not found:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="kefu-pg-"))
    try:
        with _cluster(Path(found[-1]).parent, folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _cluster(binaries: Path, folder: Path) -> Iterator[str]:
    port, data = free_port(), str(folder / "data")
    prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []  # PostgreSQL refuses to run as root
    if prefix:
        shutil.chown(folder, "postgres")

    def run(*command: str) -> None:
        try:
            subprocess.run([*prefix, *command], check=True, capture_output=True, cwd=folder, timeout=60)
        except (subprocess.SubprocessError, OSError) as error:
            raise BenchError(f"PostgreSQL: {error}") from error

    run(f"{binaries}/initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    run(f"{binaries}/pg_ctl", "-D", data, "-w", "-o", options, "-l", f"{folder}/log", "start")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        run(f"{binaries}/pg_ctl", "-D", data, "-m", "immediate", "stop")
