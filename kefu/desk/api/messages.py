"""Messages and pictures of a ticket."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response

from kefu.desk.api.deps import Db, Key, Reader, TicketId, Writer
from kefu.desk.api.schemas import AttachmentOut, MessageIn, MessageOut
from kefu.desk.attachments import HEADERS, TYPES, Attachments
from kefu.desk.errors import UnknownTicket
from kefu.desk.ticket_messages import MessageKind, TicketMessages
from kefu.desk.tickets import TicketService

router = APIRouter(tags=["消息和图片"])

_PICTURE = {"schema": {"type": "string", "format": "binary"}}


@router.get("/tickets/{ticket_id}/messages", response_model=list[MessageOut], summary="工单的消息")
async def list_messages(ticket_id: TicketId, _: Reader, db: Db) -> Any:
    """What was said about a ticket (and those merged into it), oldest first, notes included."""
    await _check(db, ticket_id)
    return await TicketMessages(db).of(ticket_id)


@router.post(
    "/tickets/{ticket_id}/messages",
    response_model=MessageOut,
    status_code=201,
    summary="回复、备注",
    responses={200: {"model": MessageOut, "description": "同一个键已经说过"}},
)
async def add_message(
    ticket_id: TicketId, body: MessageIn, caller: Writer, db: Db, key: Key, response: Response
) -> Any:
    """Say something: 201, or 200 where the same key has said it already."""
    messages, name = TicketMessages(db), f"{caller.actor}:{key}"
    if body.kind is MessageKind.REPLY:
        said = await messages.reply(ticket_id, body.text, caller.actor, caller.display, name, body.then)
    elif body.kind is MessageKind.NOTE:
        said = await messages.note(ticket_id, body.text, caller.actor, name)
    else:
        said = await messages.from_customer(ticket_id, body.text, name, caller.actor)
    response.status_code = 201 if said.created else 200
    return said.message


@router.get("/tickets/{ticket_id}/attachments", response_model=list[AttachmentOut], summary="工单的图片")
async def list_attachments(ticket_id: TicketId, _: Reader, db: Db) -> Any:
    """The pictures of a ticket (and of those merged into it)."""
    await _check(db, ticket_id)
    return await Attachments(db).of(ticket_id)


@router.post(
    "/tickets/{ticket_id}/attachments",
    response_model=AttachmentOut,
    status_code=201,
    summary="加图片",
    openapi_extra={"requestBody": {"required": True, "content": {kind: _PICTURE for kind in sorted(TYPES)}}},
)
async def add_attachment(
    ticket_id: TicketId,
    request: Request,
    caller: Writer,
    db: Db,
    name: str = Query("", max_length=200),
    show: bool = Query(False, description="同时发给客户"),
) -> Any:
    """Add a picture (the body is the file); its type is read from its content. The same again changes nothing."""
    await _check(db, ticket_id)
    shown_by = caller.display if show else None
    return await Attachments(db).add(ticket_id, name, await request.body(), caller.actor, shown_by=shown_by)


@router.get("/attachments/{attachment_id}", response_class=Response, summary="取图片")
async def read_attachment(_: Reader, db: Db, attachment_id: str = Path(max_length=64)) -> Response:
    """The picture itself, so served that nothing in it can run."""
    found = await Attachments(db).read(attachment_id)
    if found is None:
        raise HTTPException(404, "没有这张图片")
    disposition = f"inline; filename*=UTF-8''{quote(found.name)}"
    return Response(found.data, media_type=found.content_type, headers={**HEADERS, "Content-Disposition": disposition})


async def _check(db: Db, ticket_id: str) -> None:
    if await TicketService(db).get(ticket_id) is None:
        raise UnknownTicket(ticket_id)
