"""The people at the desk, for admins."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response

from kefu.desk.console.access import Visitor, allow
from kefu.desk.console.render import page, redirect
from kefu.desk.console.services import services
from kefu.desk.errors import Unacceptable
from kefu.desk.people.models import User
from kefu.desk.people.roles import Role
from kefu.desk.people.users import Users

router = APIRouter(prefix="/users")

_MOST = 50  # talks at a time

Admins = Annotated[Visitor, Depends(allow(Role.ADMIN))]
Text = Annotated[str, Form()]
Roles = Annotated[list[str] | None, Form()]


@router.get("")
async def users(request: Request, _: Admins) -> Response:
    """Everybody, and a form for one more."""
    return await _list(request)


@router.post("")
async def add(
    request: Request,
    _: Admins,
    name: Text = "",
    display_name: Text = "",
    password: Text = "",
    roles: Roles = None,
    capacity: Text = "4",
) -> Response:
    """Add somebody."""
    try:
        chosen = _roles(roles)
        await _users(request).add(name.strip(), display_name, password, chosen, _capacity(capacity))
    except Unacceptable as error:
        return await _list(request, str(error))
    return redirect("/users", "saved")


@router.post("/{name}")
async def change(request: Request, name: str, visitor: Admins, roles: Roles = None, capacity: Text = "4") -> Response:
    """Change what somebody may do and how many talks at once."""
    user = await _user(request, name)
    try:
        chosen = _roles(roles)
        if user.name == visitor.user.name and Role.ADMIN not in chosen:
            raise Unacceptable("不能去掉自己的管理员角色，请让另一位管理员来改")
        await _users(request).set_roles(user.name, chosen)
        await _users(request).set_capacity(user.name, _capacity(capacity))
    except Unacceptable as error:
        return await _list(request, str(error))
    return redirect("/users", "saved")


@router.post("/{name}/password")
async def set_password(request: Request, name: str, _: Admins, password: Text = "") -> Response:
    """Give somebody a new password (forgotten); his or her sessions end."""
    user = await _user(request, name)
    try:
        await _users(request).set_password(user.name, password)
    except Unacceptable as error:
        return await _list(request, str(error))
    return redirect("/users", "saved")


@router.post("/{name}/totp/off")
async def drop_totp(request: Request, name: str, _: Admins) -> Response:
    """Ask somebody for no code any more (a lost phone)."""
    user = await _user(request, name)
    await _users(request).drop_totp(user.name)
    return redirect("/users", "saved")


@router.post("/{name}/disable")
async def disable(request: Request, name: str, visitor: Admins) -> Response:
    """Let somebody in no more."""
    user = await _user(request, name)
    if user.name == visitor.user.name:
        return await _list(request, "不能停用自己，请让另一位管理员来做")
    await _users(request).disable(user.name)
    return redirect("/users", "saved")


@router.post("/{name}/enable")
async def enable(request: Request, name: str, _: Admins) -> Response:
    """Let somebody in again."""
    user = await _user(request, name)
    await _users(request).enable(user.name)
    return redirect("/users", "saved")


async def _list(request: Request, error: str = "") -> Response:
    found = await _users(request).all()
    status = 422 if error else 200
    return page(request, "users.html", status, users=found, roles=list(Role), error=error, most=_MOST)


async def _user(request: Request, name: str) -> User:
    user = await _users(request).get(name) if name.isprintable() else None
    if user is None:
        raise HTTPException(404, "没有这个用户")
    return user


def _roles(names: list[str] | None) -> list[Role]:
    known = {role.value for role in Role}
    if not names or set(names) - known:
        raise Unacceptable("至少要选一个角色")
    return [Role(name) for name in names]


def _capacity(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < len(text) < 3 or not 0 < int(text) <= _MOST:
        raise Unacceptable(f"同时接的对话数要在 1 到 {_MOST} 之间")
    return int(text)


def _users(request: Request) -> Users:
    return services(request).users
