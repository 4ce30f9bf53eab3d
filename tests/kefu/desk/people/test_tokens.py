"""API tokens: shown once, kept as a digest, worth nothing once revoked."""

import pytest

from kefu.database import Database
from kefu.desk.errors import Unacceptable
from kefu.desk.people.roles import Scope
from kefu.desk.people.tokens import RESERVED, Tokens


@pytest.fixture
def tokens(database: Database) -> Tokens:
    return Tokens(database)


async def test_a_token_finds_its_holder(tokens: Tokens) -> None:
    token = await tokens.add("crm", [Scope.READ])
    holder = await tokens.find(token)
    assert (holder.name, holder.scopes) == ("crm", {Scope.READ})
    [kept] = await tokens.all()
    assert token not in kept.token_hash
    assert await tokens.find(kept.token_hash) is None


@pytest.mark.parametrize("forged", ["", "kefu_", "kefu_x", "' or 1=1 --"])
async def test_a_forged_token_finds_nobody(tokens: Tokens, forged: str) -> None:
    await tokens.add("crm", [Scope.READ])
    assert await tokens.find(forged) is None


async def test_revoked_is_revoked_and_the_name_is_not_used_again(tokens: Tokens) -> None:
    token = await tokens.add("crm", [Scope.READ])
    await tokens.revoke("crm")
    assert await tokens.find(token) is None
    with pytest.raises(Unacceptable):
        await tokens.add("crm", [Scope.READ])
    with pytest.raises(KeyError):
        await tokens.revoke("erp")


@pytest.mark.parametrize(("name", "scopes"), [("crm", []), ("", [Scope.READ]), (RESERVED, [Scope.READ])])
async def test_a_token_needs_a_name_and_a_scope(tokens: Tokens, name: str, scopes: list[Scope]) -> None:
    with pytest.raises(Unacceptable):
        await tokens.add(name, scopes)
