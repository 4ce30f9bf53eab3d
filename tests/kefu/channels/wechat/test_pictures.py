"""Pictures that people send from the desk, on the way to WeChat."""

import asyncio
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select, update

from kefu.channels.binding import Bindings
from kefu.channels.log import CUSTOMER, Line, MessageLog
from kefu.channels.uploads import Picture, Uploads, path_of, picture_of
from kefu.channels.wechat import delivery as delivery_module
from kefu.channels.wechat import pictures as pictures_module
from kefu.channels.wechat.api import ApiError
from kefu.channels.wechat.models import WechatMedia, WechatUser
from kefu.channels.wechat.pack import NO_PICTURE
from kefu.channels.wechat.users import TRIED
from kefu.database import Database
from tests.kefu.channels.wechat.conftest import Wire, Wired, until
from tests.widget_server import png

UPLOAD, SEND = "/cgi-bin/media/upload", "/cgi-bin/message/custom/send"
GIF, WEBP = b"GIF89a" + bytes(30), b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(30)


async def picture(wired: Wired, content: bytes = b"", openid: str = "o1") -> str:
    """A picture of a user's conversation, as a line names it."""
    found = picture_of(content or png())
    return path_of(await Uploads(wired.database).store(wired.conversation(openid), "p1", "post", found))


def calls(wired: Wired, path: str) -> list[int]:
    return [code for called, code in wired.platform.calls if called == path]


def seen(wired: Wired) -> list[tuple[str, str]]:
    """Kind and text of what the account has shown."""
    return [(one.kind, one.text) for one in wired.user().shown if one.who == "account"]


@pytest.mark.parametrize("content", [png(), GIF])
async def test_a_picture_arrives_between_the_words_around_it(wire: Wire, content: bytes) -> None:
    async with wire() as wired:
        await wired.say("你好")
        await wired.push("请看图", push_id="a", agent="小王")
        await wired.push("", push_id="b", agent="小王", image=await picture(wired, content))
        await wired.push("点右上角", push_id="c", agent="小王")
        await until(lambda: len(seen(wired)) == 4)
        assert seen(wired)[1:] == [("text", "【小王】请看图"), ("image", "[图片]"), ("text", "【小王】点右上角")]
        [media] = [one.media for one in wired.user().shown if one.media]
        assert wired.platform.media[media] == (picture_of(content).media_type, content)


async def test_a_picture_with_words_comes_before_them_and_once(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("你好")
        for _ in range(2):
            await wired.push("看这里", push_id="a", agent="小王", image=await picture(wired))
        await until(lambda: len(seen(wired)) == 3)
        await wired.say("好了")
        assert seen(wired)[1:] == [("image", "[图片]"), ("text", "【小王】看这里"), ("text", "答 好了")]


@pytest.mark.parametrize("why", ["refused", "webp", "not there", "elsewhere"])
async def test_what_can_not_be_sent_is_announced(wire: Wire, why: str) -> None:
    async with wire() as wired:
        await wired.say("你好")
        wired.platform.faults.bad_uploads = int(why == "refused")
        other = {"not there": path_of("0" * 32), "elsewhere": "https://example.invalid/picture.png"}
        image = other.get(why) or await picture(wired, WEBP if why == "webp" else b"")
        await wired.push("看这里", push_id="a", image=image)
        await until(lambda: "看这里" in wired.heard()[-1])
        assert "\n\n".join(wired.heard()[1:]) == f"{NO_PICTURE}\n\n看这里"
        assert calls(wired, UPLOAD) == ([40009] if why == "refused" else [])


@pytest.mark.parametrize("fault", ["busy", "broken", "refuse_token"])
async def test_an_upload_that_fails_is_tried_again(wire: Wire, fault: str) -> None:
    async with wire() as wired:
        await wired.say("你好")
        setattr(wired.platform.faults, fault, 2)
        await wired.push("", push_id="a", image=await picture(wired))
        await until(lambda: ("image", "[图片]") in seen(wired))
        await wired.say("好了")
        assert [kind for kind, _ in seen(wired)] == ["text", "image", "text"]


async def test_a_picture_is_uploaded_once_for_three_days(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("你好")
        image = await picture(wired)
        for number in (1, 2):
            await wired.push("", push_id=f"p{number}", image=image)
            await until(lambda: len(calls(wired, SEND)) == number)  # noqa: B023
        assert len(calls(wired, UPLOAD)) == 1
        async with wired.database.write() as session:
            late = datetime.now(timezone.utc) - timedelta(seconds=1)
            await session.execute(update(WechatMedia).values(expires_at=late))
        await wired.push("", push_id="p3", image=image)
        await until(lambda: len(calls(wired, SEND)) == 3)
        assert len(calls(wired, UPLOAD)) == 2


async def test_an_id_that_the_platform_has_dropped_is_renewed(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("你好")
        image = await picture(wired)
        await wired.push("", push_id="p1", image=image)
        await until(lambda: calls(wired, SEND) == [0])
        wired.platform.uploaded.clear()
        await wired.push("", push_id="p2", image=image)
        await until(lambda: calls(wired, SEND) == [0, 40007, 0])
        assert len(calls(wired, UPLOAD)) == 2


async def test_a_customer_who_writes_first_gets_picture_and_answer_in_order(wire: Wire) -> None:
    async with wire() as wired:
        await wired.say("你好")
        wired.platform.shift = 49 * 3600.0
        await wired.push("", push_id="a", image=await picture(wired))
        await until(lambda: calls(wired, SEND) == [45015])
        wired.platform.shift = 0.0
        await wired.say("退款呢")
        await until(lambda: len(seen(wired)) == 3)
        assert seen(wired)[1:] == [("image", "[图片]"), ("text", "答 退款呢")]


async def _refuse(*_: object) -> str:
    raise ApiError(-1, "system error")


async def test_a_picture_that_never_arrives_does_not_silence_the_bot(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wire() as wired:
        await wired.say("你好")
        monkeypatch.setattr(wired.channel._service._courier._api, "upload", _refuse)
        await wired.push("看这里", push_id="a", image=await picture(wired))
        while await _tries(wired) < TRIED:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await wired.say("退款呢")
        assert wired.heard()[1:] == [f"{NO_PICTURE}\n\n看这里\n\n答 退款呢"]


async def test_words_stand_for_a_picture_that_fails_again_and_again(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_module, "_LONGEST_WAIT", 0.1)
    async with wire() as wired:
        await wired.say("你好")
        monkeypatch.setattr(wired.channel._service._courier._api, "upload", _refuse)
        await wired.push("看这里", push_id="a", image=await picture(wired))
        await until(lambda: wired.heard()[1:] == [f"{NO_PICTURE}\n\n看这里"])


async def _tries(wired: Wired) -> int:
    async with wired.database.read() as session:
        return int((await session.execute(select(WechatUser.tries))).scalar_one())


async def test_without_the_api_a_picture_is_announced(wire: Wire) -> None:
    async with wire(api=False) as wired:
        await wired.say("你好")
        await wired.push("看这里", push_id="a", image=await picture(wired))
        await wired.brought()  # as far as it may be: before that, 好的 is a word to the bot
        await wired.say("好的")
        assert wired.heard()[-1] == f"{NO_PICTURE}\n\n看这里"


async def test_a_bound_customers_picture_goes_where_the_customer_is(wire: Wire, database: Database) -> None:
    async with wire() as wired:
        await wired.say("你好")
        bindings, log, web = Bindings(database), MessageLog(database), "web-1"
        await bindings.redeem(wired.conversation(), "post", (await bindings.new_code(web, "post")).text)
        kept = await Uploads(database).store(web, "p1", "post", Picture(png(), "image/png"))
        said = {"text": "", "push_id": "a", "image": path_of(kept)}
        for _ in range(2):
            await wired.channel.get_output_channel().send_response(web, said)
        await until(lambda: ("image", "[图片]") in seen(wired))
        await log.append(web, [Line(CUSTOMER, {"text": "回网页"}, "m1")])
        await wired.push("", push_id="b", image=await picture(wired))
        [line] = [one for one in await log.after(web, 0) if one.message_id == "b"]
        shown = await Uploads(database).get(web, line.body["image"].split("/")[1])
        assert shown == Picture(png(), "image/png"), "the website shows it to its customer"


async def test_media_ids_are_not_kept_for_ever(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures_module, "_KEPT", timedelta(seconds=-1))
    async with wire() as wired:
        await wired.say("你好")
        await wired.push("", push_id="a", image=await picture(wired))
        await until(lambda: ("image", "[图片]") in seen(wired))
        await wired.channel._service._courier._pictures.purge()
        async with wired.database.read() as session:
            assert not (await session.execute(select(WechatMedia))).all()
