"""What the routes of the API ask for: who calls, services over the database, keys and versions from headers."""

import re
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Path, Request

from kefu.database import Database
from kefu.desk.people.roles import Scope
from kefu.desk.principal import Principal, require_scope


def database_of(request: Request) -> Database:
    """The application's database."""
    found: Database = request.app.state.database
    return found


def version_of(if_match: str | None = Header(None, description="读到的 ETag；`*` 表示不管版本")) -> int | None:
    """The version that the caller has seen; None where any will do.

    Raises:
        HTTPException: 428 without the header, 412 where it is no version of ours.
    """
    if if_match is None:
        raise HTTPException(428, "修改工单要带 If-Match：先读工单，再把 ETag 原样带上，免得盖掉别人的修改")
    if if_match.strip() == "*":
        return None
    found = re.fullmatch(r'(?:W/)?"(\d{1,9})"', if_match.strip())
    if not found:
        raise HTTPException(412, "If-Match 不是这张工单的 ETag")
    return int(found[1])


def key_of(
    idempotency_key: str = Header(
        ..., min_length=1, max_length=128, description="每件事一个，重试时不变；同一个键只做一次"
    ),
) -> str:
    """The caller's name for this very request."""
    return idempotency_key


Reader = Annotated[Principal, Depends(require_scope(Scope.READ))]
Writer = Annotated[Principal, Depends(require_scope(Scope.WRITE))]
Admin = Annotated[Principal, Depends(require_scope(Scope.ADMIN))]
Db = Annotated[Database, Depends(database_of)]
Version = Annotated[int | None, Depends(version_of)]
Key = Annotated[str, Depends(key_of)]
TicketId = Annotated[str, Path(description="单号", example="KF7K3M9QXT2B", max_length=64)]
