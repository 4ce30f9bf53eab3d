"""What somebody may do: roles for people, scopes for programs, and which scopes a role carries."""

from enum import Enum


class Role(str, Enum):
    """What a person does at the desk."""

    AGENT = "agent"
    TRAINER = "trainer"
    OPERATOR = "operator"
    ADMIN = "admin"


class Scope(str, Enum):
    """What a caller of the API may do; admin includes write, write includes read."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


_INCLUDED = {
    Scope.READ: frozenset({Scope.READ}),
    Scope.WRITE: frozenset({Scope.READ, Scope.WRITE}),
    Scope.ADMIN: frozenset(Scope),
}
_OF_ROLE = {Role.AGENT: Scope.WRITE, Role.TRAINER: Scope.READ, Role.OPERATOR: Scope.WRITE, Role.ADMIN: Scope.ADMIN}


def scopes_of_roles(roles: frozenset[Role]) -> frozenset[Scope]:
    """What the roles together may do at the API."""
    return frozenset(scope for role in roles for scope in _INCLUDED[_OF_ROLE[role]])


def with_included(scopes: frozenset[Scope]) -> frozenset[Scope]:
    """The scopes, and those that they include."""
    return frozenset(inner for scope in scopes for inner in _INCLUDED[scope])
