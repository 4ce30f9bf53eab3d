"""What belongs to a turn's record beside its events: it is stored in the same transaction, or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from kefu.conversations.transactions import Cursor


@dataclass
class Beside:
    """`write` runs in the transaction that stores the turn, and may be run again; it says whether it had something.

    `is_stored`: it had, and the transaction has ended well.
    """

    write: Callable[[Cursor], bool]
    has_written: bool = False
    is_stored: bool = False

    def write_in(self, cursor: Cursor) -> None:
        """Write in a transaction that is under way."""
        self.has_written = self.write(cursor)

    def committed(self) -> None:
        """The transaction has ended well."""
        self.is_stored = self.has_written


_beside: ContextVar[Beside | None] = ContextVar("beside", default=None)


@contextmanager
def stored_beside(write: Callable[[Cursor], bool]) -> Iterator[Beside]:
    """Have something stored with the turn that the block makes."""
    record = Beside(write)
    token = _beside.set(record)
    try:
        yield record
    finally:
        _beside.reset(token)


def beside() -> Beside | None:
    """What is to be stored with the turn of the running task; None: nothing, or that is done."""
    record = _beside.get()
    return None if record is None or record.is_stored else record
