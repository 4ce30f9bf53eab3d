"""The widget's files, read once: with an ETag, compressed, and nothing else of the disk within reach."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from sanic.request import Request
from sanic.response import HTTPResponse, empty, raw

from kefu.channels.website.bundle import DEMO, WIDGET, served

_MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
_CACHE = "public, max-age=300, stale-while-revalidate=86400"


@dataclass(frozen=True)
class Asset:
    """A file as it is served."""

    content: bytes
    compressed: bytes
    media_type: str
    etag: str

    def answer(self, request: Request) -> HTTPResponse:
        """The file, or 304 where the client has it."""
        # Any page may load the widget's modules; what they ask for is checked against the allow-list.
        headers = {"ETag": self.etag, "Cache-Control": _CACHE, "Vary": "Accept-Encoding"}
        headers |= {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
        if self.etag in request.headers.get("if-none-match", ""):
            return empty(status=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return raw(self.compressed, headers=headers, content_type=self.media_type)
        return raw(self.content, headers=headers, content_type=self.media_type)


def load_assets() -> dict[str, Asset]:
    """The files that browsers may have, by name."""
    return {name: _load(name) for name in WIDGET + DEMO}


def _load(name: str) -> Asset:
    content = served(name).encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    return Asset(content, gzip.compress(content, mtime=0), _MEDIA_TYPES[Path(name).suffix], etag)
