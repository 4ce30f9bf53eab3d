"""All routes of the API, with the errors that each may answer."""

from typing import Any

from fastapi import APIRouter

from kefu.desk.api import feedback, messages, outbox, tickets
from kefu.desk.api.schemas import Problem

_ERRORS = {
    400: "请求不对",
    401: "没有带令牌，或令牌不对",
    403: "没有权限",
    404: "没有找到",
    409: "生命周期不允许",
    412: "已被别人改过",
    413: "内容太大",
    422: "内容不对",
    428: "缺少 If-Match",
    502: "机器人服务没有回应",
    503: "数据库连不上",
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    code: {"description": text, "content": {"application/problem+json": {"schema": Problem.schema()}}}
    for code, text in _ERRORS.items()
}


def router() -> APIRouter:
    """The API under /api/v1."""
    whole = APIRouter(prefix="/api/v1", responses=_RESPONSES)
    for part in (tickets, messages, feedback, outbox):
        whole.include_router(part.router)
    return whole
