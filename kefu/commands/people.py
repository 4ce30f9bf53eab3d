"""`user` and `token`: who may use the desk."""

import argparse
from typing import Any

from kefu.commands.running import read_password, with_database

_ROLES = ("agent", "trainer", "operator", "admin")
_SCOPES = ("read", "write", "admin")


def register(commands: Any) -> None:
    """Add the commands."""
    user = commands.add_parser("user", help="工单台的用户").add_subparsers(dest="what", metavar="做什么", required=True)
    add = _named(user, "add", "新建用户；密码从终端或标准输入读", _add_user)
    add.add_argument("--display", metavar="显示名", required=True, help="客户看到的名字")
    add.add_argument("--role", action="append", choices=_ROLES, required=True, help="角色，可以写几次")
    add.add_argument("--capacity", type=_capacity, default=4, metavar="1-50", help="同时接几个会话")
    _named(user, "password", "换密码；已登录的会退出", _set_password)
    _named(user, "disable", "停用；已登录的会退出", _disable)
    _named(user, "enable", "重新启用", _enable)
    totp = _named(user, "totp", "开通动态码，显示二维码", _totp)
    totp.add_argument("--off", action="store_true", help="关掉动态码（手机丢了）")
    user.add_parser("list", help="列出用户").set_defaults(run=_list_users)

    token = commands.add_parser("token", help="API 令牌").add_subparsers(dest="what", metavar="做什么", required=True)
    make = _named(token, "add", "新建令牌，只显示这一次", _add_token)
    make.add_argument("--scope", action="append", choices=_SCOPES, required=True, help="权限，可以写几次")
    _named(token, "revoke", "作废令牌", _revoke)
    token.add_parser("list", help="列出令牌").set_defaults(run=_list_tokens)


def _named(commands: Any, name: str, text: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text)
    parser.add_argument("name", metavar="名字")
    parser.set_defaults(run=run)
    return parser


def _capacity(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 50:
        raise argparse.ArgumentTypeError(f"要在 1 到 50 之间，不是 {text}")
    return int(text)


def _add_user(options: argparse.Namespace) -> int:
    from kefu.desk.people.roles import Role
    from kefu.desk.people.users import Users

    password, roles = read_password(), [Role(role) for role in options.role]
    with_database(lambda db: Users(db).add(options.name, options.display, password, roles, options.capacity))
    print(f"用户 {options.name} 已建好，可以登录了")
    return 0


def _set_password(options: argparse.Namespace) -> int:
    from kefu.desk.people.users import Users

    password = read_password()
    with_database(lambda db: Users(db).set_password(options.name, password), "没有用户")
    print(f"用户 {options.name} 的密码已换，已登录的都已退出")
    return 0


def _disable(options: argparse.Namespace) -> int:
    from kefu.desk.people.users import Users

    with_database(lambda db: Users(db).disable(options.name), "没有用户")
    print(f"用户 {options.name} 已停用，已登录的都已退出")
    return 0


def _enable(options: argparse.Namespace) -> int:
    from kefu.desk.people.users import Users

    with_database(lambda db: Users(db).enable(options.name), "没有用户")
    print(f"用户 {options.name} 已启用")
    return 0


def _totp(options: argparse.Namespace) -> int:
    import segno

    from kefu.desk.people.users import Users

    if options.off:
        with_database(lambda db: Users(db).drop_totp(options.name), "没有用户")
        print(f"用户 {options.name} 登录不再要动态码")
        return 0
    enrolment = with_database(lambda db: Users(db).enrol_totp(options.name), "没有用户")
    segno.make(enrolment.uri).terminal(compact=True)
    print(f"用验证器扫上面的码，或手工输入：{enrolment.secret}\n只显示这一次；下次登录起要动态码。")
    return 0


def _list_users(_: argparse.Namespace) -> int:
    from kefu.desk.people.users import Users

    for user in with_database(lambda db: Users(db).all()):
        state = "停用" if user.disabled_at else "在用"
        code = "有动态码" if user.totp_sealed else "无动态码"
        print(f"{user.name}\t{user.display_name}\t{'、'.join(user.roles)}\t{state}\t{code}")
    return 0


def _add_token(options: argparse.Namespace) -> int:
    from kefu.desk.people.roles import Scope
    from kefu.desk.people.tokens import Tokens

    scopes = [Scope(scope) for scope in options.scope]
    print(with_database(lambda db: Tokens(db).add(options.name, scopes)))
    return 0


def _revoke(options: argparse.Namespace) -> int:
    from kefu.desk.people.tokens import Tokens

    with_database(lambda db: Tokens(db).revoke(options.name), "没有令牌")
    print(f"令牌 {options.name} 已作废")
    return 0


def _list_tokens(_: argparse.Namespace) -> int:
    from kefu.desk.people.tokens import Tokens

    for token in with_database(lambda db: Tokens(db).all()):
        print(f"{token.name}\t{'、'.join(token.scopes)}\t{'作废' if token.revoked_at else '在用'}")
    return 0
