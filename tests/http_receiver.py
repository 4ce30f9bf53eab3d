"""A real HTTP server for tests: takes what is posted to it, and answers as told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes


@dataclass
class Receiver:
    """`statuses` are given in order, then 200 for ever; each with `body`. A GET gets 200, or 404 where it is `gone`."""

    url: str = ""
    body: bytes = b"{}"
    statuses: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver on a free loopback port."""
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            kept.received.append(Received(self.path, headers, body))
            status = kept.statuses.pop(0) if kept.statuses else 200
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("location", f"{kept.url}/elsewhere")
            self.send_header("content-length", str(len(kept.body)))
            self.end_headers()
            self.wfile.write(kept.body)

        def do_GET(self) -> None:
            self.send_response(404 if self.path in kept.gone else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
