"""A desk over an empty database of each kind, and callers who may do this or that."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from kefu.database import Database
from kefu.desk.app import create_app
from kefu.desk.people.roles import Role, Scope
from kefu.desk.people.tokens import Tokens
from kefu.desk.people.users import Users
from kefu.settings import settings
from tests.desk_clients import DESK_TOKEN, PASSWORD, Browser, Program, SignIn, csrf_of, new_browser, sign_in


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[FastAPI]:
    """The application over the test's database; its workers are not running."""
    changed = {"database_url": str(database.url), "desk_token": SecretStr(DESK_TOKEN)}
    created = create_app(settings().copy(update=changed))
    yield created
    await created.state.database.close()


@pytest.fixture
async def browser(desk: FastAPI) -> AsyncIterator[Browser]:
    """A caller without any credentials."""
    async with new_browser(desk) as client:
        yield client


@pytest.fixture
async def program(desk: FastAPI, database: Database) -> Program:
    """Makes callers with a token of the given scopes."""

    async def make(*scopes: Scope) -> Browser:
        name = f"t-{'-'.join(scope.value for scope in scopes)}"
        token = await Tokens(database).add(name, scopes)
        return new_browser(desk, {"Authorization": f"Bearer {token}"})

    return make


@pytest.fixture
async def signed_in(desk: FastAPI, database: Database) -> SignIn:
    """Makes users with the given roles and signs them in; the browser sends the CSRF token with every request."""

    async def make(*roles: Role, name: str = "li", csrf: bool = True) -> Browser:
        await Users(database).add(name, f"客服{name}", PASSWORD, roles)
        client = new_browser(desk)
        answer = await sign_in(client, name)
        assert answer.status_code == 303, answer.text
        if csrf:
            client.headers["X-CSRF-Token"] = await csrf_of(desk, client)
        return client

    return make
