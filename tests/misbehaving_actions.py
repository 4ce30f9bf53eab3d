"""An action server that fails in the ways in which one can."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Stub:
    """An action server that misbehaves as it is told."""

    def __init__(self, port: int) -> None:
        self.behaviour, self.asked, self.go_on = "raises", threading.Event(), threading.Event()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                stub.asked.set()
                if stub.behaviour in ("slow", "waits, then raises"):
                    stub.go_on.wait(60)
                if stub.behaviour == "dies in mid-answer":
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.answer(*ANSWERS[stub.behaviour])

            def answer(self, status: int, body: bytes) -> None:
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the caller has lost patience

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()

    def close(self) -> None:
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()


ANSWERS = {
    "raises": (500, b'{"error": "boom", "action_name": "action_answer"}'),
    "slow": (200, b'{"events": [], "responses": [{"text": "too late"}]}'),
    "waits, then raises": (500, b"{}"),
    "talks nonsense": (200, b"<html>busy</html>"),
    "says nothing": (200, b'{"events": [], "responses": []}'),
}
