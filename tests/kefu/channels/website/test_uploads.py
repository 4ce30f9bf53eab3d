"""Pictures: checked by what they are, kept once, shown to their owner only."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kefu.channels.limits import Rate
from kefu.channels.message import BadMessage
from kefu.channels.uploads import picture_of
from kefu.channels.website import channel as channel_module
from tests.website_server import Server

PNG = b"\x89PNG\r\n\x1a\n" + bytes(30)
GIF = b"GIF89a" + bytes(30)
JPEG = b"\xff\xd8\xff\xe0" + bytes(30)
SLOW = 0.0001  # tokens a second: none comes back while a test runs
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(30)


@pytest.mark.parametrize(("content", "kind"), [(PNG, "png"), (GIF, "gif"), (JPEG, "jpeg"), (WEBP, "webp")])
def test_a_picture_is_what_its_bytes_say(content: bytes, kind: str) -> None:
    assert picture_of(content).media_type == f"image/{kind}"


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"%PDF-1.4" + bytes(30), b"BM" + bytes(60)],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(BadMessage, match="图片"):
        picture_of(content)


async def test_a_picture_is_a_line_and_a_turn_and_only_its_owner_sees_it(server: Server) -> None:
    visitor, other = await server.visitor(), await server.visitor()
    headers = {"X-Message-Id": "p1", "Content-Type": "image/png"}
    first = await visitor.ask("POST", "/uploads", headers=headers, data=PNG)
    again = await visitor.ask("POST", "/uploads", headers=headers, data=PNG)
    assert (first[0], first[1]) == (again[0], again[1]) == (202, {"id": "p1", "seq": 1})
    own, bot = await visitor.sees(None, "听到:(图片)")
    assert (own["id"], own["image"].split("/")[0]) == ("p1", "uploads")
    assert server.bot.heard == ["(图片)"]
    async with server.http.get(f"{server.url}/{own['image']}", headers=visitor.headers) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", PNG)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (await other.ask("GET", f"/{own['image']}"))[0] == 404
    assert (await visitor.ask("GET", "/uploads/none"))[0] == 404


async def test_what_is_refused_leaves_nothing(server: Server) -> None:
    visitor = await server.visitor()
    too_large = PNG + bytes(5 * 1024 * 1024)
    for headers, data, status in [
        ({"X-Message-Id": "p1", "Content-Type": "image/png"}, b"<html>", 400),
        ({"X-Message-Id": "p1", "Content-Type": "image/png"}, too_large, 413),
        ({"Content-Type": "image/png"}, PNG, 400),
        ({"X-Message-Id": "", "Content-Type": "image/png"}, PNG, 400),
    ]:
        assert (await visitor.ask("POST", "/uploads", headers=headers, data=data))[0] == status
    assert (await visitor.ask("GET", "/history"))[1]["lines"] == []


async def test_an_upload_that_never_ends_is_let_go(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert channel_module._LONGEST_UPLOAD > 600, "on a slow line"
    monkeypatch.setattr(channel_module, "_LONGEST_UPLOAD", 0.2)
    visitor, is_over = await server.visitor(), asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield PNG
        await is_over.wait()

    status, answer, _ = await visitor.ask("POST", "/uploads", headers={"X-Message-Id": "p1"}, data=endless())
    is_over.set()
    assert (status, bool(answer["error"])) == (408, True)
    assert (await visitor.ask("GET", "/history"))[1]["lines"] == []


async def test_too_many_pictures_are_told_to_wait(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert channel_module.UPLOADS.burst >= 10
    monkeypatch.setattr(channel_module, "UPLOADS", Rate(4, SLOW))
    visitor = await server.visitor()
    answers = [
        await visitor.ask("POST", "/uploads", headers={"X-Message-Id": f"p{number}"}, data=PNG) for number in range(5)
    ]
    assert [status for status, _, _ in answers] == [202] * 4 + [429]
    assert int(answers[-1][2]["Retry-After"]) >= 1


async def test_pictures_are_not_served_without_bounds(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert channel_module._PICTURES.burst >= 100, "a long conversation's are"
    monkeypatch.setattr(channel_module, "_PICTURES", Rate(4, SLOW))
    visitor = await server.visitor()
    assert [(await visitor.ask("GET", "/uploads/none"))[0] for _ in range(5)] == [404] * 4 + [429]
