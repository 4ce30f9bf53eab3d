"""Tables of other parts of the product in the same database, looked up by name (the desk imports none of them)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import MetaData, Table, delete, inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


async def tables(session: AsyncSession, names: Iterable[str]) -> dict[str, Table]:
    """Those of the tables that this database has."""
    wanted = list(names)

    def look_up(sync: Session) -> dict[str, Table]:
        connection = sync.connection()
        there, known = set(inspect(connection).get_table_names()), MetaData()
        return {name: Table(name, known, autoload_with=connection) for name in wanted if name in there}

    return await session.run_sync(look_up)


async def delete_where(session: AsyncSession, table: Any, condition: Any) -> int:
    """Delete rows of a table (or mapped class); returns how many."""
    statement = delete(table).where(condition).execution_options(synchronize_session=False)
    return int((await session.execute(statement)).rowcount)
