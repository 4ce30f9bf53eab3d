"""Pages and files: the demo page of each brand, the widget's modules, and no way to anything else."""

import gzip

from kefu.channels.website.bundle import served
from tests.website_server import Server


async def test_the_demo_page_of_each_brand(server: Server) -> None:
    for query, name in {"": "邮政数字钱包", "?brand=my": "MY钱包", "?brand=none": "邮政数字钱包"}.items():
        status, page, headers = await server.ask("GET", f"/{query}")
        assert status == 200
        assert name in page
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "unsafe" not in policy
    status, _, headers = await server.ask("GET", "?brand=my")
    assert (status, headers["Location"]) == (302, "/webhooks/website/?brand=my")


async def test_modules_are_cached_by_etag_and_compressed(server: Server) -> None:
    for path in ("/widget.js", "/static/chat.js", "/static/chat.css"):
        content = served(path.split("/")[-1]).encode()
        async with server.http.get(server.url + path, headers={"Accept-Encoding": "identity"}) as answer:
            assert await answer.read() == content
            etag, kind = answer.headers["ETag"], answer.content_type
            assert answer.headers["Access-Control-Allow-Origin"] == "*", "sites load modules across origins"
        assert kind == ("text/css" if path.endswith("css") else "text/javascript")
        async with server.http.get(server.url + path, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert int(answer.headers["Content-Length"]) == len(gzip.compress(content, mtime=0))
        status, body, headers = await server.ask("GET", path, headers={"If-None-Match": etag})
        assert (status, body, headers["ETag"]) == (304, "", etag)


async def test_nothing_else_of_the_disk_is_served(server: Server) -> None:
    for path in ("demo.html", "../channel.py", "..%2fchannel.py", "%2e%2e/channel.py", "none.js", "channel.py", ""):
        status, _, _ = await server.ask("GET", f"/static/{path}")
        assert status in (404, 405), path


async def test_every_answer_has_its_security_headers(server: Server) -> None:
    for method, path in (("GET", "/"), ("GET", "/widget.js"), ("GET", "/history"), ("POST", "/session")):
        _, _, headers = await server.ask(method, path)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors" in headers["Content-Security-Policy"]
