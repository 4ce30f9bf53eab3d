"""Users: made with a good password only, changed and disabled at once."""

from datetime import datetime, timedelta, timezone

import pytest

from kefu.database import Database
from kefu.desk.errors import Unacceptable
from kefu.desk.people.roles import Role, Scope, scopes_of_roles, with_included
from kefu.desk.people.users import AWAY, ONLINE, SEEN, Users
from kefu.sealing import unseal

GOOD = "correct-horse-9"


@pytest.fixture
def users(database: Database) -> Users:
    return Users(database)


async def test_a_user_is_kept_without_the_password(users: Users) -> None:
    await users.add("li", "小李", GOOD, [Role.AGENT, Role.TRAINER])
    kept = await users.get("li")
    assert (kept.display_name, kept.roles, kept.presence) == ("小李", ["agent", "trainer"], AWAY)
    assert kept.password_hash.startswith("$argon2id$")
    assert GOOD not in kept.password_hash


@pytest.mark.parametrize(
    "password", ["", "short", "aaaaaaaaaaaa", "abababababab", "li-and-the-rest", "LI12345678901", "x" * 201]
)
async def test_an_easy_password_is_refused(users: Users, password: str) -> None:
    with pytest.raises(Unacceptable):
        await users.add("li", "小李", password, [Role.AGENT])
    assert await users.all() == []


@pytest.mark.parametrize("name", ["", "l", "Li", "李", "1li", "li li", "li\n", "x" * 33, "../li", "li'--"])
async def test_a_strange_name_is_refused(users: Users, name: str) -> None:
    with pytest.raises(Unacceptable):
        await users.add(name, "小李", GOOD, [Role.AGENT])


async def test_a_name_is_given_once(users: Users) -> None:
    await users.add("li", "小李", GOOD, [Role.AGENT])
    with pytest.raises(Unacceptable, match="li"):
        await users.add("li", "另一个", GOOD, [Role.ADMIN])
    assert (await users.get("li")).roles == ["agent"]


@pytest.mark.parametrize(("display_name", "roles"), [("", [Role.AGENT]), ("小" * 33, [Role.AGENT]), ("小李", [])])
async def test_a_user_needs_a_name_to_show_and_a_role(users: Users, display_name: str, roles: list[Role]) -> None:
    with pytest.raises(Unacceptable):
        await users.add("li", display_name, GOOD, roles)


async def test_who_is_not_there_is_a_key_error(users: Users) -> None:
    for change in (users.disable, users.enable, users.enrol_totp, users.drop_totp):
        with pytest.raises(KeyError):
            await change("nobody")


async def test_the_totp_secret_is_sealed(users: Users) -> None:
    await users.add("li", "小李", GOOD, [Role.AGENT])
    enrolment = await users.enrol_totp("li")
    kept = await users.get("li")
    assert enrolment.secret in enrolment.uri
    assert enrolment.secret not in kept.totp_sealed
    assert unseal(kept.totp_sealed) == enrolment.secret


async def test_presence_ends_when_the_console_falls_silent(users: Users) -> None:
    now = datetime.now(timezone.utc)
    for name, role in (("li", Role.AGENT), ("zhao", Role.TRAINER), ("wang", Role.AGENT)):
        await users.add(name, name, GOOD, [role])
        await users.set_presence(name, ONLINE, now)
    await users.disable("wang")
    assert [user.name for user in await users.online(now)] == ["li"]
    assert await users.online(now + SEEN + timedelta(seconds=1)) == []
    await users.seen("li", now + SEEN)
    assert [user.name for user in await users.online(now + SEEN + timedelta(seconds=1))] == ["li"]
    with pytest.raises(Unacceptable):
        await users.set_presence("li", "asleep")


def test_what_roles_and_scopes_carry() -> None:
    assert scopes_of_roles(frozenset({Role.TRAINER})) == {Scope.READ}
    assert scopes_of_roles(frozenset({Role.AGENT, Role.TRAINER})) == {Scope.READ, Scope.WRITE}
    assert scopes_of_roles(frozenset({Role.ADMIN})) == set(Scope)
    assert scopes_of_roles(frozenset()) == frozenset()
    assert with_included(frozenset({Scope.WRITE})) == {Scope.READ, Scope.WRITE}
