"""What customers send as pictures is seen by the agents who help them, and by nobody else."""

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import insert

from kefu.channels.log import CUSTOMER, NOTICE, Line, MessageLog
from kefu.channels.models import Binding
from kefu.channels.uploads import Picture, Uploads, path_of
from kefu.database import Database
from kefu.desk.bound import conversations_of
from kefu.desk.customer_pictures import CustomerPictures
from kefu.desk.handoffs import HandoffService, NewHandoff
from kefu.desk.people.roles import Role
from kefu.desk.tickets import NewTicket, TicketService
from tests.desk_clients import SignIn

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)


async def send(database: Database, conversation: str, message_id: str, who: str = CUSTOMER) -> str:
    """A picture with its line in the log, as the channels store it."""
    upload = await Uploads(database).store(conversation, message_id, "post", Picture(PNG, "image/png"))
    await MessageLog(database).append(conversation, [Line(who, {"image": path_of(upload)}, message_id)])
    return upload


async def ask(database: Database, conversation: str) -> int:
    place = await HandoffService(database).ask(NewHandoff("post", "website", conversation, "asked", "refund"))
    return int(place.handoff.id)


async def test_only_what_the_customer_has_sent(database: Database) -> None:
    pictures = CustomerPictures(database)
    own = await send(database, "web-1", "m1")
    shown_by_us, others = await send(database, "web-1", "desk:picture:1", NOTICE), await send(database, "web-2", "m1")
    assert [one.id for one in await pictures.of(["web-1"], LONG_AGO)] == [own]
    assert await pictures.read(["web-1"], own) == (PNG, "image/png")
    for foreign in (shown_by_us, others, "0" * 32):
        assert await pictures.read(["web-1"], foreign) is None
    assert await pictures.of(["web-1"], datetime.now(timezone.utc) + timedelta(minutes=1)) == []


async def test_both_sides_of_a_binding_are_one_customer(database: Database) -> None:
    row = {"conversation": "wx-1", "customer": "web-1", "code": "c", "bound_at": LONG_AGO}
    async with database.transaction() as transaction:
        await transaction.execute(insert(Binding.__table__), row)
    for one in ("wx-1", "web-1"):
        assert await conversations_of(database, one) == ["web-1", "wx-1"]
    assert await conversations_of(database, "web-2") == ["web-2"]


async def test_they_stand_by_the_line_that_they_came_with(database: Database, signed_in: SignIn) -> None:
    agent = await signed_in(Role.AGENT)
    earlier = await send(database, "web-1", "m0")
    talk = await ask(database, "web-1")
    sent = await send(database, "web-1", "m1")
    await HandoffService(database).say("web-1", "(图片)\n截图", "m2")
    page = (await agent.get(f"/talks/{talk}")).text
    before, _, after = page.partition('class="split"')
    assert f"/talks/{talk}/pictures/{earlier}" in before and f"/talks/{talk}/pictures/{sent}" in after
    news = (await agent.get(f"/talks/{talk}/lines?after=0")).text
    assert f"/talks/{talk}/pictures/{sent}" in news


@pytest.mark.parametrize("kind", ["talk", "ticket"])
async def test_another_customers_picture_is_as_absent_as_none(database: Database, signed_in: SignIn, kind: str) -> None:
    agent = await signed_in(Role.AGENT)
    own, foreign = await send(database, "web-1", "m1"), await send(database, "web-2", "m1")
    if kind == "talk":
        place = f"/talks/{await ask(database, 'web-1')}"
    else:
        opened = await TicketService(database).open(NewTicket("post", "website", "web-1", "refund", "没到", "k"))
        place = f"/tickets/{opened.ticket.id}"
        assert f"{place}/pictures/{own}" in (await agent.get(place)).text
    answer = await agent.get(f"{place}/pictures/{own}")
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    assert "sandbox" in answer.headers["content-security-policy"]
    for absent in (foreign, "0" * 32, "x"):
        assert (await agent.get(f"{place}/pictures/{absent}")).status_code == 404
