"""How long conversations are kept."""

import time

from kefu.conversations.log import ConversationLog

_DAY = 86400.0


async def purge(log: ConversationLog, days: int, now: float | None = None) -> int:
    """Delete the events that are older than so many days; returns how many that were.

    A conversation that still goes on keeps what its next turn needs.

    Raises:
        ValueError: less than one day would delete conversations that are under way.
    """
    if days < 1:
        raise ValueError("conversations are kept for one day at least")
    return await log.purge((time.time() if now is None else now) - days * _DAY)
