"""Accounts from credentials.yml and the environment; mistakes are named, secrets never."""

from typing import Any

import pytest

from kefu.channels.wechat.accounts import AccountError, load_accounts
from tests.kefu.channels.wechat.conftest import environment


def test_several_accounts_each_with_its_secrets() -> None:
    found = load_accounts(
        {"post": {"app_id": "wx1"}, "my": {"app_id": "wx2", "brand": "my", "api": False, "handoff": "wechat"}},
        {**environment("post"), **environment("my")},
    )
    assert found["post"].token.get_secret_value() == "token-post"
    assert (found["my"].brand, found["my"].api, found["my"].handoff) == ("my", False, "wechat")
    assert "token-post" not in repr(found)
    assert load_accounts(None) == {}


@pytest.mark.parametrize(
    ("fields", "missing", "names"),
    [
        ({"app_id": "wx1"}, "TOKEN", "token"),
        ({"app_id": "wx1"}, "SECRET", "KEFU_WECHAT_POST_SECRET"),
        ({"app_id": "wx1"}, "AES_KEY", "KEFU_WECHAT_POST_AES_KEY"),
        ({}, "", "app_id"),
        ({"app_id": "wx1", "brand": "nobody"}, "", "nobody"),
        ({"app_id": "wx1", "appid": "wx1"}, "", "appid"),
        ({"app_id": "wx1", "token": "written"}, "", "环境变量"),
        ({"app_id": "wx1", "handoff": "phone"}, "", "handoff"),
    ],
)
def test_a_mistake_is_named(fields: dict[str, Any], missing: str, names: str) -> None:
    found = {name: value for name, value in environment().items() if not missing or not name.endswith(missing)}
    with pytest.raises(AccountError) as caught:
        load_accounts({"post": fields}, found)
    assert names in str(caught.value)
    assert not any(value in str(caught.value) for value in found.values())


def test_a_bad_key_is_not_repeated() -> None:
    with pytest.raises(AccountError) as caught:
        load_accounts({"post": {"app_id": "wx1"}}, {**environment(), "KEFU_WECHAT_POST_AES_KEY": "my-secret-key"})
    assert "aes_key" in str(caught.value) and "my-secret-key" not in str(caught.value)


@pytest.mark.parametrize("name", ["Post", "p-1", "../x", "", "a" * 17])
def test_a_name_that_does_not_fit_an_address_is_refused(name: str) -> None:
    with pytest.raises(AccountError):
        load_accounts({name: {"app_id": "wx1"}}, environment())
