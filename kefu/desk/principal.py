"""Who is calling: a person with a session, a program with a token, or the holder of KEFU_DESK_TOKEN."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fastapi import HTTPException, Request
from starlette.datastructures import FormData

from kefu.desk.people.roles import Role, Scope, scopes_of_roles, with_included
from kefu.desk.people.sessions import Sessions
from kefu.desk.people.tokens import RESERVED, Tokens

COOKIE = "kefu_session"
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Principal:
    """A caller who has proved who it is.

    Args:
        actor: how the history names it: user:<name> or token:<name>.
        display: the name that customers and colleagues see.
        csrf: what a browser has to send back with every change; None for programs.
    """

    actor: str
    display: str
    scopes: frozenset[Scope]
    roles: frozenset[Role] = field(default=frozenset())
    csrf: str | None = None

    @property
    def user(self) -> str | None:
        """The user's name; None for programs."""
        return self.actor.removeprefix("user:") if self.actor.startswith("user:") else None


Dependency = Callable[[Request], Awaitable[Principal]]


async def principal_of(request: Request) -> Principal | None:
    """Who sends a request (looked up once a request); None where that is not proved."""
    if not hasattr(request.state, "principal"):
        request.state.principal = await _look_up(request)
    found: Principal | None = request.state.principal
    return found


def require_scope(scope: Scope) -> Dependency:
    """A dependency for the API: 401 without credentials, 403 without the scope or the CSRF token."""

    async def checked(request: Request) -> Principal:
        principal = await _signed_in(request)
        if scope not in principal.scopes:
            raise HTTPException(403, f"没有权限：需要 {scope.value}")
        return principal

    return checked


def require_role(*roles: Role) -> Dependency:
    """A dependency for pages: people only, with one of the roles (admins always); else 401 or 403."""

    async def checked(request: Request) -> Principal:
        principal = await _signed_in(request)
        if not principal.roles & {*roles, Role.ADMIN}:
            raise HTTPException(403, "您的角色不能用这个页面")
        return principal

    return checked


async def _signed_in(request: Request) -> Principal:
    principal = await principal_of(request)
    if principal is None:
        raise HTTPException(401, "请先登录，或带上 Authorization: Bearer <令牌>", {"WWW-Authenticate": "Bearer"})
    if principal.csrf is not None and request.method not in _SAFE:
        await _check_csrf(request, principal.csrf)
    return principal


async def _check_csrf(request: Request, expected: str) -> None:
    """A cookie is sent along with forged requests as well; this token is not."""
    offered = request.headers.get(CSRF_HEADER, "")
    if not offered and "form" in request.headers.get("content-type", ""):
        form: FormData = await request.form()
        offered = str(form.get(CSRF_FIELD, ""))
    if not hmac.compare_digest(offered.encode(), expected.encode()):
        raise HTTPException(403, "页面已过期，请刷新后再试")


async def _look_up(request: Request) -> Principal | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:  # a program; whatever cookie comes along does not count
        return await _holder_of(request, token.strip()) if scheme.lower() == "bearer" else None
    cookie = request.cookies.get(COOKIE)
    found = await Sessions(request.app.state.database).find(cookie) if cookie else None
    if found is None:
        return None
    roles = frozenset(map(Role, found.user.roles))
    return Principal(f"user:{found.user.name}", found.user.display_name, scopes_of_roles(roles), roles, csrf=found.csrf)


async def _holder_of(request: Request, token: str) -> Principal | None:
    expected: str = request.app.state.settings.desk_token.get_secret_value()
    if expected and hmac.compare_digest(token.encode(), expected.encode()):
        return Principal(f"token:{RESERVED}", "工单台", frozenset(Scope))
    holder = await Tokens(request.app.state.database).find(token)
    return Principal(f"token:{holder.name}", holder.name, with_included(holder.scopes)) if holder else None
