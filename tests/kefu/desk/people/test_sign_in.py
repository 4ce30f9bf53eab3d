"""Signing in: the right password and code, few tries, sessions that end when they should."""

import asyncio
from datetime import datetime, timedelta, timezone

import pyotp
import pytest

from kefu.database import Database
from kefu.desk.people import sessions as sessions_module
from kefu.desk.people.roles import Role
from kefu.desk.people.sessions import IDLE, LONGEST, Sessions
from kefu.desk.people.sign_in import MOST_OF_ADDRESS, MOST_OF_PAIR, WINDOW, SignIn, SignInRefused, SignInThrottled
from kefu.desk.people.users import Users
from kefu.sealing import seal

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
GOOD, HOME = "correct-horse-9", "10.0.0.1"


@pytest.fixture
async def sign_in(database: Database) -> SignIn:
    await Users(database).add("li", "小李", GOOD, [Role.AGENT])
    return SignIn(database)


@pytest.fixture
def sessions(database: Database) -> Sessions:
    return Sessions(database)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Throttling is not about how long a hash takes."""

    async def verify(stored: str | None, password: str) -> bool:
        return stored is not None and password == GOOD

    monkeypatch.setattr("kefu.desk.people.sign_in.verify_password", verify)


async def test_the_right_password_starts_a_session(sign_in: SignIn, sessions: Sessions) -> None:
    started = await sign_in("li", GOOD, "", HOME, NOW)
    found = await sessions.find(started.id, NOW)
    assert (found.user.name, found.csrf) == ("li", started.csrf)
    assert started.id != started.csrf


@pytest.mark.parametrize(("name", "password"), [("li", "wrong"), ("nobody", GOOD), ("", ""), ("li", GOOD + "x" * 9999)])
async def test_what_is_wrong_is_not_told(sign_in: SignIn, name: str, password: str) -> None:
    with pytest.raises(SignInRefused, match="^用户名、密码或动态码不对$"):
        await sign_in(name, password, "", HOME, NOW)


async def test_only_the_digest_of_a_session_is_stored(sign_in: SignIn, sessions: Sessions) -> None:
    started = await sign_in("li", GOOD, "", HOME, NOW)
    digest = sessions_module.digest_of(started.id)
    assert await sessions.find(digest, NOW) is None
    assert await sessions.find(started.id + "x", NOW) is None
    assert await sessions.find("", NOW) is None


async def test_a_session_ends_by_age_idleness_and_sign_out(sign_in: SignIn, sessions: Sessions) -> None:
    started = await sign_in("li", GOOD, "", HOME, NOW)
    assert await sessions.find(started.id, NOW + IDLE) is None
    at = NOW
    while at < NOW + LONGEST - timedelta(hours=1):
        at += timedelta(hours=1)
        assert await sessions.find(started.id, at)
    assert await sessions.find(started.id, NOW + LONGEST) is None
    await sessions.end(started.id)
    assert await sessions.find(started.id, at) is None


@pytest.mark.parametrize("change", ["disable", "enrol_totp", "drop_totp"])
async def test_a_change_of_the_user_ends_the_sessions(
    sign_in: SignIn, sessions: Sessions, database: Database, change: str
) -> None:
    started = await sign_in("li", GOOD, "", HOME, NOW)
    await getattr(Users(database), change)("li")
    assert await sessions.find(started.id, NOW) is None


async def test_a_new_password_ends_the_sessions_and_the_old_password(
    sign_in: SignIn, sessions: Sessions, database: Database
) -> None:
    started = await sign_in("li", GOOD, "", HOME, NOW)
    await Users(database).set_password("li", "another-horse-8")
    assert await sessions.find(started.id, NOW) is None
    with pytest.raises(SignInRefused):
        await sign_in("li", GOOD, "", HOME, NOW)
    assert await sign_in("li", "another-horse-8", "", HOME, NOW)


async def test_a_disabled_user_stays_outside(sign_in: SignIn, database: Database) -> None:
    await Users(database).disable("li")
    with pytest.raises(SignInRefused):
        await sign_in("li", GOOD, "", HOME, NOW)


async def test_a_code_works_once_and_in_its_minute(sign_in: SignIn, database: Database, quick: None) -> None:
    secret = (await Users(database).enrol_totp("li")).secret
    code = pyotp.TOTP(secret).at(int(NOW.timestamp()))
    for wrong in ("", "000000" if code != "000000" else "111111", code + "1"):
        with pytest.raises(SignInRefused):
            await sign_in("li", GOOD, wrong, "10.0.0.2", NOW)
    with pytest.raises(SignInRefused):
        await sign_in("li", GOOD, code, "10.0.0.3", NOW + timedelta(minutes=2))
    assert await sign_in("li", GOOD, code, HOME, NOW + timedelta(seconds=20))
    with pytest.raises(SignInRefused):
        await sign_in("li", GOOD, code, HOME, NOW + timedelta(seconds=21))


async def test_a_secret_of_a_lost_key_lets_nobody_in(sign_in: SignIn, database: Database, quick: None) -> None:
    async with database.write() as session:
        from kefu.desk.people.models import User

        (await session.get(User, "li")).totp_sealed = seal("x")[:-8] + "AAAAAAA="
    with pytest.raises(SignInRefused):
        await sign_in("li", GOOD, "", HOME, NOW)


async def test_few_tries_of_a_user_from_an_address_then_even_the_right_one_waits(sign_in: SignIn, quick: None) -> None:
    for _ in range(MOST_OF_PAIR):
        with pytest.raises(SignInRefused, match="不对"):
            await sign_in("li", "wrong", "", HOME, NOW)
    with pytest.raises(SignInThrottled) as refused:
        await sign_in("li", GOOD, "", HOME, NOW)
    assert refused.value.retry_after == WINDOW.total_seconds()
    assert await sign_in("li", GOOD, "", "10.0.0.9", NOW)
    assert await sign_in("li", GOOD, "", HOME, NOW + WINDOW + timedelta(seconds=1))


async def test_parallel_guesses_are_counted_each(sign_in: SignIn, quick: None) -> None:
    guesses = [sign_in("li", f"wrong{n}", "", HOME, NOW) for n in range(MOST_OF_PAIR * 2)]
    results = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(result, SignInThrottled) for result in results) == MOST_OF_PAIR


async def test_many_names_from_one_address_are_throttled(sign_in: SignIn, quick: None) -> None:
    for number in range(MOST_OF_ADDRESS):
        with pytest.raises(SignInRefused, match="不对"):
            await sign_in(f"user{number}", "wrong", "", HOME, NOW)
    with pytest.raises(SignInThrottled):
        await sign_in("li", GOOD, "", HOME, NOW)


async def test_the_right_password_clears_the_tries(sign_in: SignIn, quick: None) -> None:
    for _ in range(3):
        for _ in range(MOST_OF_PAIR - 1):
            with pytest.raises(SignInRefused):
                await sign_in("li", "wrong", "", HOME, NOW)
        assert await sign_in("li", GOOD, "", HOME, NOW)
