"""The same customer on two channels, as the desk needs to know it; kefu/channels/binding.py keeps the bindings."""

import logging

from sqlalchemy import column, or_, select, table

from kefu.database import Database

logger = logging.getLogger(__name__)

_bindings = table("bindings", column("conversation"), column("customer"))


async def customer_of(database: Database, conversation: str) -> str:
    """Whom a ticket is opened for: the website's customer that a conversation is bound to, else itself.

    Where that can't be read, itself too: the ticket matters more.
    """
    query = select(_bindings.c.customer).where(_bindings.c.conversation == conversation)
    try:
        async with database.read() as session:
            return (await session.execute(query)).scalars().first() or conversation
    except Exception as error:
        logger.warning("a ticket without a look whose it is: %s", type(error).__name__)
        return conversation


async def conversations_of(database: Database, conversation: str) -> list[str]:
    """A conversation and those bound to it, on whichever side of the binding it is; read only, none is left out."""
    either = or_(_bindings.c.conversation == conversation, _bindings.c.customer == conversation)
    async with database.read() as session:
        pairs = (await session.execute(select(_bindings.c.conversation, _bindings.c.customer).where(either))).all()
    return sorted({conversation, *(one for pair in pairs for one in pair)})
