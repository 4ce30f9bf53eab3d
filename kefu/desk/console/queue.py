"""The queue: who waits for a person, and which tickets need doing first."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from kefu.brands import brands
from kefu.desk.console.access import AGENTS, EVERYBODY, Visitor, allow
from kefu.desk.console.render import menu_of, page, redirect
from kefu.desk.console.services import services
from kefu.desk.console.words import due_state
from kefu.desk.handoffs import State
from kefu.desk.lifecycle import Priority, Status
from kefu.desk.models import Handoff
from kefu.desk.search import LONGEST_WORDS, Wanted
from kefu.desk.work import NOBODY

router = APIRouter()

_TO_DO = tuple(status for status in Status if status.is_active)
_MOST = 100  # tickets on the page


@dataclass(frozen=True)
class Filters:
    """What of the queue is shown; empty means everything that is to be done."""

    q: str = Query("", max_length=200)
    status: str = Query("", max_length=20)
    brand: str = Query("", max_length=16)
    priority: str = Query("", max_length=2)
    whose: str = Query("", max_length=40)  # me, nobody, or @ and a colleague's name
    after: str = Query("", max_length=400)  # where the page before ended

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return any(asdict(self).values())

    def address(self, after: str = "") -> str:
        """The page of the same tickets that begins there; by default the first."""
        asked = {**asdict(self), "after": after}
        return f"/?{urlencode({name: value for name, value in asked.items() if value})}"


@router.get("/")
async def queue(
    request: Request, filters: Annotated[Filters, Depends()], visitor: Annotated[Visitor, Depends(allow(*EVERYBODY))]
) -> Response:
    """What needs doing first; who does not talk with customers goes to the first page of his or her own."""
    if not visitor.is_agent:
        return redirect(menu_of(visitor)[0][0])
    found = await _found(request, filters, visitor)
    return page(request, "queue.html", statuses=[status.value for status in Status], brands=list(brands()), **found)


@router.get("/queue")
async def queue_part(
    request: Request, filters: Annotated[Filters, Depends()], visitor: Annotated[Visitor, Depends(allow(*AGENTS))]
) -> Response:
    """The lists of the queue, to be put into the open page."""
    return page(request, "_queue_news.html", **await _found(request, filters, visitor))


def _wanted(filters: Filters, visitor: Visitor) -> Wanted:
    """The filters as a search; a value that means nothing counts as none. What is over is newest first."""
    statuses: tuple[Status, ...] | None = {"": _TO_DO, "all": ()}.get(filters.status)
    if statuses is None:
        statuses = tuple(status for status in Status if status.value == filters.status) or _TO_DO
    return Wanted(
        newest_first=not any(status.is_active for status in statuses),
        words="".join(char for char in filters.q if char.isprintable())[:LONGEST_WORDS],
        statuses=statuses,
        priorities=tuple(priority for priority in Priority if priority.value == filters.priority),
        brand=filters.brand if filters.brand in brands() else None,
        assignee=_assignee(filters.whose, visitor),
    )


def _assignee(whose: str, visitor: Visitor) -> str | None:
    if whose.startswith("@") and whose.isprintable():
        return whose[1:]
    return {"me": str(visitor.user.name), "nobody": NOBODY}.get(whose)


async def _found(request: Request, filters: Filters, visitor: Visitor) -> dict[str, Any]:
    desk, now = services(request), datetime.now(timezone.utc)
    talks = await desk.handoffs.open_ones()
    found = await desk.search.find(_wanted(filters, visitor), filters.after or None, _MOST)
    users = await desk.users.all()
    request.state.people = {user.name: user.display_name for user in users}
    return {
        "colleagues": {
            user.name: user.display_name
            for user in users
            if {"agent", "admin"} & set(user.roles) and user.name != visitor.user.name
        },
        "filters": filters,
        "now": now,
        "waiting": [talk for talk in talks if talk.state == State.WAITING.value],
        "long_wait": timedelta(seconds=desk.settings.handoff_wait) / 2,
        "talking": [talk for talk in talks if talk.state == State.ACTIVE.value and may_read(talk, visitor)],
        "mine": sum(talk.state == State.ACTIVE.value and talk.agent == visitor.user.name for talk in talks),
        "tickets": found.tickets,
        "next": found.next,
        "overdue": sum(due_state(ticket, now).mark == "overdue" for ticket in found.tickets),
    }


def may_read(talk: Handoff, visitor: Visitor) -> bool:
    """A talk that runs or is over is its agent's; one that waits is everybody's; admins see all."""
    return talk.state == State.WAITING.value or talk.agent == visitor.user.name or visitor.is_admin
