"""Incident notices: an operator switches them on and off per brand."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response

from kefu.brands import brands
from kefu.desk.console.access import Visitor, allow
from kefu.desk.console.render import error_page, page, redirect
from kefu.desk.console.services import services
from kefu.desk.people.roles import Role
from kefu.desk.visible import visible
from kefu.topics import topics as all_topics

router = APIRouter(prefix="/notices")

_LONGEST = 300  # characters
_LARGEST_ID = 2**31 - 1

Operators = Annotated[Visitor, Depends(allow(Role.OPERATOR))]


@router.get("")
async def notices(request: Request, _: Operators) -> Response:
    """What is told, and what was."""
    found = await services(request).notices.latest()
    topics = [(intent, topic.title) for intent, topic in all_topics().items()]
    return page(request, "notices.html", notices=found, brands=list(brands()), topics=topics, longest=_LONGEST)


@router.post("")
async def switch_on(
    request: Request,
    _: Operators,
    brand: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    topics: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Tell a brand's customers from now on."""
    words = " ".join(visible(text).split())
    if brand not in brands() or not 0 < len(words) <= _LONGEST or set(topics or ()) - set(all_topics()):
        return error_page(request, 422, f"公告要选品牌，内容 1–{_LONGEST} 个字。", back="/notices")
    await services(request).notices.switch_on(brand, words, topics or [])
    return redirect("/notices", "on")


@router.post("/{number:int}/off")
async def switch_off(request: Request, number: int, _: Operators) -> Response:
    """End a notice."""
    if number > _LARGEST_ID or not await services(request).notices.end(number):
        raise HTTPException(404, "没有这条公告，或者已经关闭")
    return redirect("/notices", "off")
