"""Signing in and out."""

import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from kefu.desk.console.access import EVERYBODY, Visitor, address_of, allow
from kefu.desk.console.render import error_page, own_address, page, redirect
from kefu.desk.console.services import services
from kefu.desk.people.sign_in import SignInRefused, SignInThrottled
from kefu.desk.principal import COOKIE, principal_of

router = APIRouter()

_FORM_COOKIE = "kefu_form"  # a stranger's page can't read it, so it can't send the form on a victim's behalf
_LONGEST_NAME = 64


@router.get("/sign-in")
async def sign_in_form(request: Request, next: str = "") -> Response:
    """The form; somebody who is signed in goes on to the first page."""
    principal = await principal_of(request)
    if principal is not None and principal.user:
        return redirect("/")
    return await _form(request, 200, next=next)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
    form: Annotated[str, Form()] = "",
) -> Response:
    """Start a session; the answer never says what was wrong."""
    expected = request.cookies.get(_FORM_COOKIE, "")
    if not expected or not hmac.compare_digest(form.encode(), expected.encode()):
        return error_page(request, 403, "登录页已过期，请回到登录页重试。", back="/sign-in")
    name, address = name.strip()[:_LONGEST_NAME], address_of(request)
    if not name.isprintable() or not password:
        return await _form(request, 401, "用户名、密码或动态码不对", name="", next=next)
    try:
        new = await services(request).sign_in(name, password, code.replace(" ", ""), address)
    except SignInThrottled as error:
        answer = await _form(request, 429, str(error), name, next)
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    except SignInRefused as error:
        return await _form(request, 401, str(error), name, next)
    answer = redirect(own_address(next))
    answer.set_cookie(COOKIE, new.id, httponly=True, samesite="lax", secure=_is_https(request))
    answer.delete_cookie(_FORM_COOKIE)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, _: Annotated[Visitor, Depends(allow(*EVERYBODY))]) -> Response:
    """End the session."""
    await services(request).sessions.end(request.cookies.get(COOKIE, ""))
    answer = redirect("/sign-in")
    answer.delete_cookie(COOKIE)
    return answer


async def _form(request: Request, status: int, error: str = "", name: str = "", next: str = "") -> Response:
    token = request.cookies.get(_FORM_COOKIE) or secrets.token_urlsafe(24)
    nobody = not await services(request).users.all()
    values = {"error": error, "name": name, "next": next, "form_token": token, "nobody": nobody}
    answer = page(request, "sign_in.html", status, **values)
    answer.set_cookie(_FORM_COOKIE, token, httponly=True, samesite="strict", secure=_is_https(request))
    return answer


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
