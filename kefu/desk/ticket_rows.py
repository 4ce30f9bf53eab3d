"""Reading one ticket for a change: locked, of the version that the caller has seen, merges followed."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import Select

from kefu.desk.errors import StaleTicket, UnknownTicket
from kefu.desk.models import Ticket


async def lock(session: AsyncSession, ticket_id: str, version: int | None = None) -> Ticket:
    """The ticket, kept from other writers until the transaction ends.

    Raises:
        UnknownTicket (a KeyError): there is no such ticket.
        StaleTicket: `version` is given and the ticket has another one by now.
    """
    # Not session.get(): it takes a change since an earlier read in this transaction for a conflict.
    query = select(Ticket).where(Ticket.id == ticket_id).with_for_update().execution_options(populate_existing=True)
    ticket = (await session.execute(query)).scalar_one_or_none()
    if ticket is None:
        raise UnknownTicket(ticket_id)
    if version is not None and ticket.version != version:
        raise StaleTicket(ticket_id)
    return ticket


async def lock_survivor(session: AsyncSession, ticket_id: str) -> Ticket:
    """The ticket that lives on: the one named, or the one that it was merged into.

    Only the survivor is locked: whoever holds one ticket and waits for another could wait for ever.

    Raises:
        UnknownTicket (a KeyError): there is no such ticket.
    """
    while True:
        survivor = await find_survivor(session, ticket_id)
        ticket = await lock(session, survivor.id)
        if not ticket.merged_into:  # else it was merged since
            return ticket


async def find_survivor(session: AsyncSession, ticket_id: str) -> Ticket:
    """As `lock_survivor`, for reading.

    Raises:
        UnknownTicket (a KeyError): there is no such ticket.
    """
    ticket = await session.get(Ticket, ticket_id)
    if ticket is None:
        raise UnknownTicket(ticket_id)
    return await find_survivor(session, ticket.merged_into) if ticket.merged_into else ticket


def family(ticket_id: str) -> Select:
    """The numbers of a ticket and of those merged into it, as a subquery."""
    return select(Ticket.id).where((Ticket.id == ticket_id) | (Ticket.merged_into == ticket_id))
