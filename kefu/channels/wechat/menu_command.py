"""`python -m kefu wechat-menu`: shows the menus of the official accounts, or pushes them."""

import json

import aiohttp

from kefu.channels.wechat.accounts import Account, configured_accounts
from kefu.channels.wechat.api import ApiError, WechatApi, asking
from kefu.channels.wechat.menu import platform_menu, wechat_menus
from kefu.channels.wechat.tokens import Tokens
from kefu.database import database
from kefu.launch.errors import LaunchError
from kefu.launch.preflight import check_accounts


def show(names: list[str]) -> str:
    """The menus as the platform would get them, one account a line."""
    return "\n".join(f"{one.name}: {json.dumps(_menu(one), ensure_ascii=False)}" for one in _chosen(names))


async def push(names: list[str]) -> str:
    """Replace the menus of accounts (none named: all); the lines say what was done.

    Raises:
        LaunchError: there is no such account, or the platform has refused one.
    """
    lines = []
    async with aiohttp.ClientSession() as session:
        api = WechatApi(Tokens(database(), asking(session)), session)
        try:
            for account in _chosen(names):
                await api.create_menu(account, _menu(account))
                lines.append(f"公众号 {account.name} 的菜单已更新，用户重新打开聊天窗口后看到")
        except ApiError as error:
            raise LaunchError(f"公众号 {account.name} 的菜单没有更新，微信说：{error}") from error
        finally:
            await database().close()
    return "\n".join(lines)


def _chosen(names: list[str]) -> list[Account]:
    check_accounts()
    known = configured_accounts()
    unknown = [name for name in names if name not in known]
    if unknown or not known:
        raise LaunchError(f"没有公众号 {'、'.join(unknown)}，credentials.yml 里有 {'、'.join(known) or '零个'}")
    return [known[name] for name in names or known]


def _menu(account: Account) -> dict[str, object]:
    return platform_menu(wechat_menus(), account.brand)
