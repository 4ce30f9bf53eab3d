"""Who may see a page: every route depends on `allow`; nothing else lets anybody in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import HTTPException, Request

from kefu.desk.console.services import services
from kefu.desk.people.models import User
from kefu.desk.people.roles import Role
from kefu.desk.principal import Principal, require_role

AGENTS = (Role.AGENT,)
EVERYBODY = tuple(Role)


@dataclass(frozen=True)
class Visitor:
    """Somebody who has signed in and may see the page."""

    user: User
    principal: Principal

    @property
    def csrf(self) -> str:
        """What the page's forms send back."""
        return self.principal.csrf or ""

    @property
    def actor(self) -> str:
        """How the history names him or her."""
        return self.principal.actor

    def is_one_of(self, *roles: Role) -> bool:
        """Whether the person has one of the roles; an admin has all."""
        return bool(self.principal.roles & {*roles, Role.ADMIN})

    @property
    def is_agent(self) -> bool:
        """Whether the person talks with customers."""
        return self.is_one_of(Role.AGENT)

    @property
    def is_admin(self) -> bool:
        """Whether the person may do everything."""
        return Role.ADMIN in self.principal.roles


def address_of(request: Request) -> str:
    """Where a browser is, as far as is known."""
    return request.client.host if request.client else ""


def allow(*roles: Role) -> Callable[[Request], Awaitable[Visitor]]:
    """A dependency: the visitor, if he or she has one of the roles (CSRF checked on unsafe methods).

    Raises:
        HTTPException: 401 without a good session, 403 without the role or the token of the page.
    """
    checked = require_role(*roles)

    async def visitor(request: Request) -> Visitor:
        principal = await checked(request)
        user = await services(request).users.get(principal.user or "")
        if user is None:
            raise HTTPException(401, "请先登录")
        request.state.visitor = Visitor(user, principal)
        found: Visitor = request.state.visitor
        return found

    return visitor
