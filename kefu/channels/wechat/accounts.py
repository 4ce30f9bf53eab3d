"""The official accounts of this deployment: from credentials.yml, their secrets from the environment."""

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import yaml
from pydantic import BaseModel, SecretStr, ValidationError, validator

from kefu.brands import DEFAULT_BRAND, brands
from kefu.channels.wechat.crypto import MessageCipher
from kefu.settings import settings

CHANNEL = "kefu.channels.wechat.channel.WechatChannel"
_NAME = re.compile(r"[a-z][a-z0-9]{0,15}")


class AccountError(ValueError):
    """An account that can't be served as it is set up; the text says which and why, never a secret."""


class Account(BaseModel):
    """One official account."""

    name: str
    app_id: str
    brand: str = DEFAULT_BRAND
    token: SecretStr
    aes_key: SecretStr = SecretStr("")  # without one, plain mode only
    secret: SecretStr = SecretStr("")  # AppSecret; needed where api is on
    api: bool = True  # verified: customer-service messages are allowed
    plain: bool = False  # accept callbacks that are not encrypted
    handoff: Literal["desk", "wechat"] = "desk"
    kf_account: str = ""  # whom of WeChat's own customer service, where handoff is wechat
    api_url: str = "https://api.weixin.qq.com"

    class Config:
        extra = "forbid"
        frozen = True

    @validator("brand")
    def _is_known(cls, value: str) -> str:
        if value not in brands():
            raise ValueError(f"没有品牌 {value}")
        return value

    @validator("aes_key")
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            MessageCipher(value.get_secret_value(), "")
        return value

    @property
    def cipher(self) -> MessageCipher | None:
        """What opens this account's encrypted messages; None where it has no key."""
        key = self.aes_key.get_secret_value()
        return MessageCipher(key, self.app_id) if key else None


def load_accounts(
    configured: Mapping[str, Any] | None, environment: Mapping[str, str] = os.environ
) -> dict[str, Account]:
    """The accounts by name.

    Args:
        configured: name → settings, as in credentials.yml.
        environment: KEFU_WECHAT_<NAME>_TOKEN, _SECRET and _AES_KEY.

    Raises:
        AccountError: a setting is wrong or missing.
    """
    return {name: _account(name, fields or {}, environment) for name, fields in (configured or {}).items()}


def configured_accounts() -> dict[str, Account]:
    """The accounts of this deployment, for commands that run outside of Rasa.

    Raises:
        AccountError: a setting is wrong or missing.
    """
    return load_accounts(_configured())


@lru_cache(maxsize=1)
def brands_on_wechat() -> frozenset[str]:
    """The brands that have an official account here; no secret is needed to know that."""
    return frozenset((fields or {}).get("brand", DEFAULT_BRAND) for fields in _configured().values())


def account_of_brand(brand: str) -> Account | None:
    """The account of a brand that may use the platform's API; None where it has none.

    Raises:
        AccountError: a setting is wrong or missing.
    """
    return next((one for one in configured_accounts().values() if one.brand == brand and one.api), None)


def _configured() -> Mapping[str, Any]:
    content = yaml.safe_load(settings().credentials.read_text(encoding="utf-8")) or {}
    return (content.get(CHANNEL) or {}).get("accounts") or {}


def _account(name: str, fields: Mapping[str, Any], environment: Mapping[str, str]) -> Account:
    if not _NAME.fullmatch(name):
        raise AccountError(f"公众号名 {name!r} 应是小写字母开头、最多 16 个小写字母和数字")
    secrets = {
        field: environment[variable]
        for field in ("token", "secret", "aes_key")
        if environment.get(variable := f"KEFU_WECHAT_{name.upper()}_{field.upper()}")
    }
    written = sorted(set(fields) & {"token", "secret", "aes_key"})
    if written:
        raise AccountError(
            f"公众号 {name}：{'、'.join(written)} 不要写在文件里，放进环境变量 KEFU_WECHAT_{name.upper()}_…"
        )
    try:
        account = Account.parse_obj({**fields, **secrets, "name": name})
    except ValidationError as error:
        first = error.errors()[0]
        raise AccountError(f"公众号 {name} 的 {first['loc'][0]}：{first['msg']}") from None  # its input holds secrets
    if account.api and not account.secret.get_secret_value():
        raise AccountError(f"公众号 {name} 用客服接口(api: true)，要有 KEFU_WECHAT_{name.upper()}_SECRET")
    if not account.plain and not account.aes_key.get_secret_value():
        raise AccountError(f"公众号 {name} 要有 KEFU_WECHAT_{name.upper()}_AES_KEY；确实要用明文模式就写 plain: true")
    return account
