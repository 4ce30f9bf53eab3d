"""`notice`: an incident that customers are told about."""

import argparse
from typing import Any

from kefu.brands import brands
from kefu.commands.running import with_database
from kefu.database import Database
from kefu.launch.errors import LaunchError
from kefu.topics import is_topic


def register(commands: Any) -> None:
    """Add the command."""
    notice = commands.add_parser("notice", help="故障公告：打开或关闭一个品牌的公告")
    notice.add_argument("brand", metavar="品牌")
    notice.add_argument("text", nargs="?", help="公告内容；不写就是关闭这个品牌的公告")
    notice.add_argument("--topics", default="", help="只在这些意图的答案前显示，逗号分隔；不写就全部显示")
    notice.set_defaults(run=_notice)


def _notice(options: argparse.Namespace) -> int:
    if options.brand not in brands():
        raise LaunchError(f"没有品牌 {options.brand}，应是 {'、'.join(brands())} 之一")
    topics = [topic.strip() for topic in options.topics.split(",") if topic.strip()]
    unknown = [topic for topic in topics if not is_topic(topic)]
    if unknown:
        raise LaunchError(f"没有意图 {'、'.join(unknown)}，名字见 docs/intent-borders.md")
    print(with_database(lambda db: _switch(db, options.brand, options.text, topics)))
    return 0


async def _switch(database: Database, brand: str, text: str | None, topics: list[str]) -> str:
    from kefu.desk.notices import NoticeService

    service = NoticeService(database)
    if not text:
        return f"关闭了 {await service.switch_off(brand)} 条公告"
    return f"公告 {await service.switch_on(brand, text, topics)} 已打开，两秒内生效"
