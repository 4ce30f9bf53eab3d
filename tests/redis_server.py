"""A real Redis for tests, private to the run: started from the machine's binary, on a free loopback port."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers import free_port, missing


@contextmanager
def private_redis(require_all: bool) -> Iterator[str]:
    """A Redis that keeps nothing on disk; yields its address."""
    binary = shutil.which("redis-server")
    if binary is None:
        missing("Redis", require_all)
    assert binary is not None
    folder, port = tempfile.mkdtemp(prefix="kefu-redis-"), free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([binary, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert server.stdout is not None
        seen = []
        for line in server.stdout:
            seen.append(line)
            if "Ready to accept connections" in line:
                break
        else:
            raise RuntimeError("Redis did not start:\n" + "".join(seen))
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.kill()
        server.communicate()
        shutil.rmtree(folder, ignore_errors=True)
