"""Errors of the HTTP API as problem+json (RFC 9457), with a Chinese `detail`; pages get the sign-in form or a line."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from kefu.desk.conversations import RasaAway
from kefu.desk.errors import StaleTicket, TicketError, Unacceptable, UnknownTicket

logger = logging.getLogger(__name__)

_TITLES = {
    400: "请求不对",
    401: "需要登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持这个方法",
    409: "现在不能这样改",
    412: "已被别人改过",
    413: "内容太大",
    415: "不支持这种内容",
    422: "请求内容不对",
    428: "需要版本号",
    429: "请求太多",
    500: "出错了",
    502: "机器人服务没有回应",
    503: "暂时用不了",
}
_WRONG = {"value_error.missing": "缺少", "type_error.none.not_allowed": "不能为空"}


def install(app: FastAPI) -> None:
    """Answer every error of the application in one form."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(UnknownTicket, _as(404))
    app.add_exception_handler(StaleTicket, _as(412))
    app.add_exception_handler(TicketError, _as(409))
    app.add_exception_handler(Unacceptable, _as(422))
    app.add_exception_handler(RasaAway, _rasa_away)
    app.add_exception_handler(SQLAlchemyError, _database_away)
    app.add_exception_handler(OSError, _database_away)
    app.add_exception_handler(Exception, _bug)


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """One error."""
    body = {"type": "about:blank", "title": _TITLES.get(status, "出错了"), "status": status, "detail": detail, **more}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _is_api(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/metrics"))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    detail = str(error.detail) if not str(error.detail).isascii() else _TITLES.get(error.status_code, "出错了")
    if _is_api(request):
        return problem(error.status_code, detail, headers)
    if error.status_code == 401 and request.method == "GET":
        return RedirectResponse("/sign-in", status_code=303)
    return PlainTextResponse(detail, error.status_code, headers)


async def _validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = [
        {"where": ".".join(map(str, one["loc"])), "problem": _WRONG.get(one["type"], "值不对"), "code": one["type"]}
        for one in error.errors()
    ]
    first = f"{wrong[0]['where']} {wrong[0]['problem']}" if wrong else "请求内容不对"
    return problem(422, first, errors=wrong)


def _as(status: int) -> Any:
    async def answer(request: Request, error: Exception) -> Response:
        return problem(status, str(error)) if _is_api(request) else PlainTextResponse(str(error), status)

    return answer


async def _rasa_away(_: Request, error: Exception) -> Response:
    return problem(502, f"对话暂时读不到：机器人服务没有回应（{error}）")


async def _database_away(request: Request, error: Exception) -> Response:
    logger.error("the database does not answer: %s", type(error).__name__)
    detail = "数据库暂时连不上，刚才的操作没有保存，请过一会儿再试"
    headers = {"Retry-After": "5"}
    return problem(503, detail, headers) if _is_api(request) else PlainTextResponse(detail, 503, headers)


async def _bug(request: Request, _: Exception) -> Response:
    detail = "系统出了点问题，已经记下，请过一会儿再试"  # the server logs what it was
    return problem(500, detail) if _is_api(request) else PlainTextResponse(detail, 500)
