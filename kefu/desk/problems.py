"""Errors of the HTTP API as problem+json (RFC 9457), with a Chinese `detail`; pages get the sign-in form or a line."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

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
_WRONG = {
    "value_error.missing": "缺少",
    "type_error.none.not_allowed": "不能为空",
    "json_invalid": "不是合法的 JSON",
    "value_error.extra": "不认识这一项",
    "value_error.any_str.min_length": "不能为空",
    "value_error.any_str.max_length": "太长",
    "value_error.str.regex": "格式不对",
    "type_error.enum": "不在可选的值里",
    "type_error.integer": "应是整数",
    "value_error.datetime": "不是时间，例如 2026-11-23T10:30:00+08:00",
    "value_error.number.not_ge": "太小",
    "value_error.number.not_le": "太大",
}


Page = Callable[[Request, int, str], Response]  # an error as people see it
Handler = Callable[[Request, Exception], Awaitable[Response]]


def install(app: FastAPI, page: Page) -> None:
    """Answer every error of the application in one form: the API's in JSON, the others by `page`."""
    app.add_exception_handler(HTTPException, _http(page))
    app.add_exception_handler(RequestValidationError, _validation(page))
    app.add_exception_handler(UnknownTicket, _as(404, page))
    app.add_exception_handler(StaleTicket, _as(412, page))
    app.add_exception_handler(TicketError, _as(409, page))
    app.add_exception_handler(Unacceptable, _as(422, page))
    app.add_exception_handler(RasaAway, _rasa_away)
    app.add_exception_handler(SQLAlchemyError, _not_stored(page))
    app.add_exception_handler(UnicodeEncodeError, _unstorable(page))
    app.add_exception_handler(OSError, _database_away(page))
    app.add_exception_handler(Exception, _bug(page))


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """One error."""
    body = {"type": "about:blank", "title": _TITLES.get(status, "出错了"), "status": status, "detail": detail, **more}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _is_api(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/metrics", "/openapi.json"))


def _http(page: Page) -> Handler:
    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        detail = str(error.detail) if not str(error.detail).isascii() else _TITLES.get(error.status_code, "出错了")
        if _is_api(request):
            return problem(error.status_code, detail, headers)
        shown = _to_sign_in(request) if error.status_code == 401 else page(request, error.status_code, detail)
        shown.headers.update(headers)
        return shown

    return answer


def _to_sign_in(request: Request) -> Response:
    """A page leads to the form and back; a part of one (htmx, a stream, a sent form) can't show it."""
    here = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    form = f"/sign-in?next={quote(here)}" if here != "/" else "/sign-in"
    is_part = "hx-request" in request.headers or "text/event-stream" in request.headers.get("accept", "")
    if request.method == "GET" and not is_part:
        return RedirectResponse(form, status_code=303)
    return PlainTextResponse("请先登录", 401, {"HX-Redirect": "/sign-in"})


def _validation(page: Page) -> Handler:
    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        wrong = [
            {"where": ".".join(map(str, one["loc"])), "problem": _WRONG.get(one["type"], "值不对"), "code": one["type"]}
            for one in error.errors()
        ]
        first = f"{wrong[0]['where']} {wrong[0]['problem']}" if wrong else "请求内容不对"
        return problem(422, first, errors=wrong) if _is_api(request) else page(request, 422, first)

    return answer


def _as(status: int, page: Page) -> Handler:
    async def answer(request: Request, error: Exception) -> Response:
        return problem(status, str(error)) if _is_api(request) else page(request, status, str(error))

    return answer


async def _rasa_away(_: Request, error: Exception) -> Response:
    return problem(502, f"对话暂时读不到：机器人服务没有回应（{error}）")


def _not_stored(page: Page) -> Handler:
    refused, away = _unstorable(page), _database_away(page)

    async def answer(request: Request, error: Exception) -> Response:
        return await (refused if is_unstorable(error) else away)(request, error)

    return answer


def is_unstorable(error: Exception) -> bool:
    """Whether a value is to blame (a NUL, half a character, a moment beyond the calendar), not the database."""
    told = getattr(error, "orig", None)
    refused = any(isinstance(one, ValueError | OverflowError) for one in (told, getattr(told, "__cause__", None)))
    return refused or str(getattr(told, "sqlstate", None)).startswith("22")  # SQL's "data exception"


def _unstorable(page: Page) -> Handler:
    async def answer(request: Request, _: Exception) -> Response:
        detail = "里面有存不了的字符或数值，请改了再试"
        return problem(422, detail) if _is_api(request) else page(request, 422, detail)

    return answer


def _database_away(page: Page) -> Handler:
    async def answer(request: Request, error: Exception) -> Response:
        logger.error("the database does not answer: %s", type(error).__name__)
        detail = "数据库暂时连不上，刚才的操作没有保存，请过一会儿再试"
        shown = problem(503, detail) if _is_api(request) else page(request, 503, detail)
        shown.headers["Retry-After"] = "5"
        return shown

    return answer


def _bug(page: Page) -> Handler:
    async def answer(request: Request, _: Exception) -> Response:
        detail = "系统出了点问题，已经记下，请过一会儿再试"  # the server logs what it was
        return problem(500, detail) if _is_api(request) else page(request, 500, detail)

    return answer
