"""`wechat-menu`: the menu under an official account's chat window."""

import argparse
import asyncio
from typing import Any


def register(commands: Any) -> None:
    """Add the command."""
    menu = commands.add_parser("wechat-menu", help="公众号聊天窗口下面的菜单（data/wechat_menu.yml）")
    menu.add_argument("action", choices=["show", "push"], metavar="show|push", help="看一看，或者更新到公众号")
    menu.add_argument("accounts", nargs="*", metavar="公众号", help="credentials.yml 里的名字；不写就是全部")
    menu.set_defaults(run=_wechat_menu)


def _wechat_menu(options: argparse.Namespace) -> int:
    from kefu.channels.wechat.menu_command import push, show
    from kefu.migrate import migrate

    if options.action == "show":
        print(show(options.accounts))
    else:
        migrate()
        print(asyncio.run(push(options.accounts)))
    return 0
