"""Pushes outside of a turn: shown once, by whom, and waking those who listen."""

from kefu.channels.log import MessageLog
from kefu.channels.push import LoggedOutput
from kefu.channels.quick_replies import resolve
from kefu.channels.wake import Wakeups
from kefu.database import Database


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
