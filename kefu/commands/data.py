"""`export`, `forget`, `purge`, `rotate-key`: what an operator does with stored data."""

import argparse
import re
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from kefu.commands.running import with_database
from kefu.database import Database
from kefu.launch.errors import LaunchError

_LEAST_DAYS, _MOST_DAYS = 30, 36500
_LONGEST_GRACE = 30  # days: by then every visitor who still comes has a session of the new key


def register(commands: Any) -> None:
    """Add the commands."""
    export = commands.add_parser("export", help="导出工单（打码的），CSV 或 JSON")
    export.add_argument("--format", choices=("csv", "json"), default="csv")
    export.add_argument("--out", type=Path, help="写到这个文件；不写就打印出来")
    export.add_argument("--since", type=_day, help="从这天（北京时间）起登记的，例如 2026-11-01")
    export.set_defaults(run=_export)

    forget = commands.add_parser("forget", help="删除一个人的全部数据，打印删了什么")
    whom = forget.add_mutually_exclusive_group(required=True)
    whom.add_argument("--conversation", metavar="会话号")
    whom.add_argument("--ticket", metavar="单号")
    whom.add_argument("--phone", action="store_true", help="按手机号找；号码从标准输入读，不写在命令里")
    forget.set_defaults(run=_forget)

    purge = commands.add_parser("purge", help="清理：删除很久以前的对话、结束的工单、旧消息和过期登录")
    purge.add_argument("--days", type=int, help="保留最近多少天，至少 30；默认看 KEFU_RETENTION_DAYS")
    purge.set_defaults(run=_purge)

    rotate = commands.add_parser("rotate-key", help="换加密密钥，把存着的个人数据改用新密钥（先停服务）")
    rotate.add_argument(
        "--grace-days",
        type=_grace,
        metavar=f"0-{_LONGEST_GRACE}",
        default=_LONGEST_GRACE,
        help=f"客户手上用旧密钥签的会话和按钮还认几天，默认 {_LONGEST_GRACE}；旧密钥泄露了写 0",
    )
    rotate.set_defaults(run=_rotate)


def _export(options: argparse.Namespace) -> int:
    from kefu.desk.export import exported

    data = with_database(lambda db: exported(db, options.format, options.since))
    if options.out:
        options.out.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)
    return 0


def _forget(options: argparse.Namespace) -> int:
    from kefu.desk.forget import Person, forget
    from kefu.desk.receipt import parse_receipt

    phone = _phone(sys.stdin.readline()) if options.phone else None
    ticket = parse_receipt(options.ticket) or options.ticket if options.ticket else None
    report = with_database(lambda db: forget(db, Person(options.conversation, ticket, phone)), "没有工单")
    if not any(report.values()):
        raise LaunchError("没有找到这个人的任何数据，什么都没有删。请核对会话号、单号或手机号")
    for name, count in report.items():
        print(f"{name}：{count}")
    return 0


def _phone(line: str) -> str:
    """A number as tickets have it, however it was typed: 138 1234 5678, +86-138…"""
    digits = re.sub(r"\D", "", line)
    digits = digits[-11:] if digits.startswith("86") and len(digits) == 13 else digits
    if not re.fullmatch(r"1[3-9]\d{9}", digits, re.ASCII):
        raise LaunchError("手机号要 11 位数字，例如 13812345678")
    return digits


def _purge(options: argparse.Namespace) -> int:
    from kefu.settings import settings

    days = settings().retention_days if options.days is None else options.days
    if not _LEAST_DAYS <= days <= _MOST_DAYS:
        raise LaunchError(f"保留的天数要在 {_LEAST_DAYS} 到 {_MOST_DAYS} 之间")
    for name, count in with_database(lambda db: _purged(db, days)).items():
        print(f"{name}：{count}")
    return 0


async def _purged(database: Database, days: int) -> dict[str, int]:
    from kefu.conversations import conversation_log, retention
    from kefu.desk.purge import purge

    log = conversation_log()
    try:
        events = await retention.purge(log, days)
    finally:
        log.close()
    return {"对话事件": events, **await purge(database, datetime.now(timezone.utc) - timedelta(days=days))}


def _rotate(options: argparse.Namespace) -> int:
    import os

    from kefu.desk.rotate import reseal
    from kefu.launch.preflight import check_ports
    from kefu.secret_file import SECRETS_FILE, is_resealing, resealed, rotate_secret
    from kefu.settings import settings

    check_ports(settings())  # a running process would not know the new key
    until = datetime.now(timezone.utc) + timedelta(days=options.grace_days)
    file = settings().var_dir / SECRETS_FILE
    if os.environ.get("KEFU_SECRET"):
        print("KEFU_SECRET 来自环境变量：请先把新密钥放进去，旧的放进 KEFU_OLD_SECRETS。现在按这两个变量重新加密。")
        print(f"要让客户手上的会话和按钮继续有效，请再设 KEFU_OLD_SIGNED_UNTIL={until:%Y-%m-%dT%H:%M:%SZ}。")
    elif is_resealing(file):  # another key would end what the one before this has signed
        print("上次换密钥中途断了：这次接着重新加密，密钥和旧密钥的期限都不变。")
    else:
        rotate_secret(file, until)
        settings.cache_clear()
        print(_signed_text(options.grace_days, until))
    report = with_database(reseal)
    if is_resealing(file):
        resealed(file)
    for name, count in report.items():
        print(f"{name}：{count}")
    print("旧密钥留在 KEFU_OLD_SECRETS 里：防重复的指纹、登录客户的会话号还要用它，请不要删。")
    return 0


def _signed_text(days: int, until: datetime) -> str:
    """What the change means for customers and for the sites that vouch for them."""
    from kefu.show import show_moment

    site = "没设 KEFU_SITE_SECRETS 的网站，请把 python -m kefu site-secret 打印的新密钥交给网站后端"
    if days == 0:
        return f"客户手上的旧会话和旧按钮马上失效：匿名访客会开始新的对话。{site}，换上之前登录的客户进不来。"
    return f"客户手上的旧会话和旧按钮到 {show_moment(until)}前都有效，没有人会掉线。{site}，也在那之前换上。"


def _grace(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _LONGEST_GRACE:
        raise argparse.ArgumentTypeError(f"要在 0 到 {_LONGEST_GRACE} 之间，不是 {text}")
    return int(text)


def _day(text: str) -> datetime:
    from kefu.show import CHINA

    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=CHINA)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期要写成 2026-11-01 这样，不是 {text}") from None
