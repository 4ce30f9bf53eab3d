"""Pushes outside of a turn: shown once, by whom, and waking those who listen."""

from kefu.channels.binding import Bindings, Outcome
from kefu.channels.log import CUSTOMER, Line, MessageLog
from kefu.channels.push import LoggedOutput
from kefu.channels.quick_replies import resolve
from kefu.channels.uploads import Picture, Uploads, path_of, upload_of
from kefu.channels.wake import Wakeups
from kefu.database import Database
from kefu.desk.attachments import Attachments
from kefu.desk.tickets import NewTicket, TicketService

PNG = b"\x89PNG\r\n\x1a\n" + bytes(30)


async def test_a_push_is_logged_once_and_wakes(database: Database) -> None:
    log, wakeups = MessageLog(database), Wakeups()
    output = LoggedOutput("website", log, wakeups)
    async with wakeups.listen("web-1") as woken:
        for _ in range(2):
            message = {"text": "退款已经办好了", "agent": "小王", "push_id": "p1", "timestamp": 1.5}
            await output.send_response("web-1", message)
        assert await woken.wait(5)
    [line] = await log.after("web-1", 0)
    assert (line.who, line.body, line.message_id) == ("agent", {"text": "退款已经办好了", "agent": "小王"}, "p1")


async def test_notices_buttons_and_empty_messages(database: Database) -> None:
    log = MessageLog(database)
    output = LoggedOutput("website", log, Wakeups())
    buttons = [{"title": "满意", "payload": "/rate"}]
    await output.send_response("web-1", {"text": "客服已经接入", "notice": True})
    await output.send_response("web-1", {"text": "满意吗", "buttons": buttons})
    await output.send_response("web-1", {"text": None, "agent": "小王"})
    notice, asked = await log.after("web-1", 0)
    assert (notice.who, asked.who) == ("notice", "bot")
    assert resolve("web-1", asked.body["buttons"][0]["payload"]) == ("/rate", "满意")
    assert output.name() == "website"


async def test_what_no_channel_could_write_is_left_out(database: Database) -> None:
    """Half a surrogate would break every event stream and every send behind it."""
    output = LoggedOutput("website", log := MessageLog(database), Wakeups())
    said = {"text": "坏\ud800字", "agent": "小\udfff王", "buttons": [{"title": "好\ud83d", "payload": "/affirm"}]}
    await output.send_response("web-1", said)
    [line] = await log.after("web-1", 0)
    assert (line.body["text"], line.body["agent"], line.body["buttons"][0]["title"]) == ("坏字", "小王", "好")


async def test_a_tickets_picture_becomes_one_of_the_conversation(database: Database) -> None:
    log = MessageLog(database)
    output = LoggedOutput("website", log, Wakeups())
    new = NewTicket("post", "website", "web-1", "refund", "退款没到", "k1")
    number = (await TicketService(database).open(new)).ticket.id
    kept = await Attachments(database).add(number, "1.png", PNG, "user:li")
    said = {"text": "请看", "agent": "小王", "push_id": "desk:picture:1", "image": f"attachments/{kept.id}"}
    for _ in range(2):
        await output.send_response("web-1", said)
    [line] = await log.after("web-1", 0)
    upload = upload_of(line.body["image"])
    assert upload and await Uploads(database).get("web-1", upload) == Picture(PNG, "image/png")
    assert await Uploads(database).get("web-2", upload) is None, "nobody else's"
    await output.send_response("web-1", {**said, "push_id": "p2", "image": f"attachments/{'0' * 32}"})
    assert "image" not in (await log.after("web-1", 1))[0].body, "it is gone, the words are not"


async def test_a_picture_of_another_conversation_is_not_taken_over(database: Database) -> None:
    """A customer of two channels hears in WeChat: only what is the asked conversation's own goes along."""
    log, bindings, uploads = MessageLog(database), Bindings(database), Uploads(database)
    assert await bindings.redeem("wx-post-1", "post", (await bindings.new_code("web-1", "post")).text) is Outcome.BOUND
    await log.append("wx-post-1", [Line(CUSTOMER, {"text": "在吗"}, "m1")])
    output = LoggedOutput("website", log, Wakeups())
    for owner, number, is_seen in (("web-1", "p1", True), ("web-stranger", "p2", False)):
        upload = await uploads.store(owner, f"of-{owner}", "post", Picture(PNG, "image/png"))
        await output.send_response("web-1", {"text": "请看", "push_id": number, "image": path_of(upload)})
        line = (await log.after("wx-post-1", 0))[-1]
        assert ("image" in line.body) is is_seen
