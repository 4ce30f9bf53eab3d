"""One's own account: presence, password, two-step sign-in, sessions."""

from io import BytesIO
from typing import Annotated

import pyotp
import segno
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from markupsafe import Markup

from kefu.desk.console.access import AGENTS, EVERYBODY, Visitor, address_of, allow
from kefu.desk.console.render import error_page, is_fragment, own_address, page, redirect
from kefu.desk.console.services import services
from kefu.desk.errors import Unacceptable
from kefu.desk.people.sessions import digest_of
from kefu.desk.people.sign_in import SignInRefused
from kefu.desk.people.users import AWAY, Enrolment, new_enrolment
from kefu.desk.principal import COOKIE
from kefu.sealing import seal, unseal

router = APIRouter()

Anybody = Annotated[Visitor, Depends(allow(*EVERYBODY))]
Agents = Annotated[Visitor, Depends(allow(*AGENTS))]
Text = Annotated[str, Form()]


@router.post("/presence")
async def set_presence(request: Request, visitor: Agents, presence: Text = AWAY, back: Text = "/") -> Response:
    """Say whether one takes talks; a browser without scripts, or whose page has not run them yet, stays where it is."""
    desk = services(request)
    try:
        await desk.users.set_presence(visitor.user.name, presence)
    except Unacceptable as error:
        return error_page(request, 422, str(error))
    if not is_fragment(request):
        return redirect(own_address(back))
    visitor.user.presence = presence
    return page(request, "_presence.html", shown=own_address(back))


@router.post("/presence/beat")
async def beat(request: Request, visitor: Agents) -> Response:
    """The console is open."""
    await services(request).users.seen(visitor.user.name)
    return Response(status_code=204)


@router.get("/account")
async def account(request: Request, visitor: Anybody) -> Response:
    """Password, two-step sign-in, where one is signed in."""
    return await _account(request, visitor)


@router.post("/account/password")
async def change_password(
    request: Request, visitor: Anybody, current: Text = "", new: Text = "", again: Text = ""
) -> Response:
    """Change one's password; all sessions end, this one too."""
    if new != again:
        return await _account(request, visitor, "两次输入的新密码不一样")
    try:
        await services(request).sign_in.confirm(visitor.user, current, address_of(request))
        await services(request).users.set_password(visitor.user.name, new)
    except (Unacceptable, SignInRefused) as error:
        return await _account(request, visitor, str(error))
    return redirect("/sign-in", "password")


@router.post("/account/totp/begin")
async def begin_totp(request: Request, visitor: Anybody, current: Text = "") -> Response:
    """Show a new secret, to who knows the password; nothing changes before a code proves that it has arrived."""
    try:
        await services(request).sign_in.confirm(visitor.user, current, address_of(request))
    except SignInRefused as error:
        return await _account(request, visitor, str(error))
    return _enrolment(request, visitor, new_enrolment(visitor.user.name))


@router.post("/account/totp")
async def switch_totp_on(request: Request, visitor: Anybody, sealed: Text = "", code: Text = "") -> Response:
    """Ask for a code at every sign-in from now on; all sessions end."""
    name, _, secret = (unseal(sealed) or "").partition(" ")
    if name != visitor.user.name or not secret:
        return await _account(request, visitor, "二维码已过期，请重新开始")
    enrolment = new_enrolment(name, secret)
    if not pyotp.TOTP(secret).verify(code.replace(" ", ""), valid_window=1):
        return _enrolment(request, visitor, enrolment, "动态码不对，请等下一个再试")
    await services(request).users.enrol_totp(name, enrolment)
    return redirect("/sign-in", "totp")


@router.post("/account/totp/off")
async def switch_totp_off(request: Request, visitor: Anybody, current: Text = "") -> Response:
    """Ask for no code any more; all sessions end."""
    try:
        await services(request).sign_in.confirm(visitor.user, current, address_of(request))
    except SignInRefused as error:
        return await _account(request, visitor, str(error))
    await services(request).users.drop_totp(visitor.user.name)
    return redirect("/sign-in", "totp_off")


@router.post("/account/sessions/end")
async def end_session(request: Request, visitor: Anybody, session: Text = "") -> Response:
    """End one of one's own sessions, on whatever device."""
    await services(request).sessions.end_of_user(visitor.user.name, session)
    return redirect("/account", "revoked")


async def _account(request: Request, visitor: Visitor, error: str = "") -> Response:
    return page(
        request,
        "account.html",
        422 if error else 200,
        error=error,
        sessions=await services(request).sessions.of_user(visitor.user.name),
        this=digest_of(request.cookies.get(COOKIE, "")),
    )


def _enrolment(request: Request, visitor: Visitor, enrolment: Enrolment, error: str = "") -> Response:
    picture = BytesIO()
    segno.make(enrolment.uri).save(picture, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2)
    return page(
        request,
        "totp.html",
        422 if error else 200,
        error=error,
        picture=Markup(picture.getvalue().decode()),  # made here, from nothing that a customer wrote
        secret=enrolment.secret,
        sealed=seal(f"{visitor.user.name} {enrolment.secret}"),
    )
