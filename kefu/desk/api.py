"""The desk's HTTP API, for scripts and other systems."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel

from kefu.desk.people.roles import Scope
from kefu.desk.principal import require_scope
from kefu.desk.tickets import TicketService

router = APIRouter(prefix="/api/v1", dependencies=[Depends(require_scope(Scope.READ))])


class TicketOut(BaseModel):
    """A ticket as the API shows it; sealed values stay sealed."""

    id: str
    brand: str
    channel: str
    intent: str
    priority: str
    status: str
    amount: Decimal | None
    time: str | None
    order_id: str | None
    phone: str | None
    description: str
    transcript: list[dict[str, Any]]
    faq_ids: list[str]
    sla_due: datetime
    created_at: datetime
    updated_at: datetime
    version: int

    class Config:
        orm_mode = True


class EventOut(BaseModel):
    """One change of a ticket."""

    at: datetime
    actor: str
    kind: str
    data: dict[str, Any]

    class Config:
        orm_mode = True


class TicketWithHistory(TicketOut):
    """A ticket with all its changes, oldest first."""

    history: list[EventOut]


@router.get("/tickets", response_model=list[TicketOut])
async def list_tickets(request: Request, limit: int = Query(100, ge=1, le=500)) -> Any:
    """Active tickets, the most urgent first."""
    return await _tickets(request).queue(limit)


@router.get("/tickets/{ticket_id}", response_model=TicketWithHistory)
async def read_ticket(request: Request, ticket_id: str) -> Any:
    """One ticket with its history."""
    ticket = await _tickets(request).get(ticket_id)
    if ticket is None:
        raise HTTPException(404, f"没有工单 {ticket_id}")
    history = await _tickets(request).history(ticket_id)
    return {**TicketOut.from_orm(ticket).dict(), "history": [EventOut.from_orm(event) for event in history]}


def _tickets(request: Request) -> TicketService:
    service: TicketService = request.app.state.tickets
    return service
