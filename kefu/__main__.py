"""Commands: `python -m kefu run | train | check | migrate | notice`; the Makefile's targets call these."""

import argparse
import sys

from pydantic import ValidationError

from kefu.brands import brands
from kefu.database import database
from kefu.launch.errors import LaunchError
from kefu.migrate import migrate
from kefu.topics import is_topic
from kefu.yaml_file import DataError


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit code. What the user can put right is one line on stderr."""
    parser = argparse.ArgumentParser(prog="python -m kefu", description="钱包客服")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="需要时训练，启动全部进程，直到 Ctrl-C")
    train = commands.add_parser("train", help="数据或配置有变化时训练")
    train.add_argument("--force", action="store_true", help="没有变化也训练")
    commands.add_parser("check", help="检查训练师编辑的文件")
    notice = commands.add_parser("notice", help="故障公告：打开或关闭一个品牌的公告")
    notice.add_argument("brand", metavar="品牌")
    notice.add_argument("text", nargs="?", help="公告内容；不写就是关闭这个品牌的公告")
    notice.add_argument("--topics", default="", help="只在这些意图的答案前显示，逗号分隔；不写就全部显示")
    commands.add_parser("migrate", help="把数据库升级到最新表结构")
    options = parser.parse_args(arguments)
    try:
        return _COMMANDS[options.command](options)
    except ValidationError as error:
        first = error.errors()[0]
        print(f"错误：设置 KEFU_{str(first['loc'][0]).upper()} 不对：{first['msg']}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"错误：{error.filename or ''} {error.strerror or error}", file=sys.stderr)
        return 1
    except (LaunchError, DataError) as error:
        print(f"错误：{error}", file=sys.stderr)
        return 1


def _run(_: argparse.Namespace) -> int:
    from kefu.launch.run import run

    return run()


def _train(options: argparse.Namespace) -> int:
    from kefu.launch.training import train_if_changed

    train_if_changed(force=options.force)
    return 0


def _check(_: argparse.Namespace) -> int:
    from kefu.trainer.lint import report

    return report()


def _migrate(_: argparse.Namespace) -> int:
    migrate()
    return 0


def _notice(options: argparse.Namespace) -> int:
    import asyncio

    from kefu.desk.notices import NoticeService

    if options.brand not in brands():
        raise LaunchError(f"没有品牌 {options.brand}，应是 {'、'.join(brands())} 之一")

    async def switch() -> str:
        service = NoticeService(database())
        try:
            if not options.text:
                return f"关闭了 {await service.switch_off(options.brand)} 条公告"
            topics = [topic.strip() for topic in options.topics.split(",") if topic.strip()]
            unknown = [topic for topic in topics if not is_topic(topic)]
            if unknown:
                raise LaunchError(f"没有意图 {'、'.join(unknown)}，名字见 docs/intent-borders.md")
            return f"公告 {await service.switch_on(options.brand, options.text, topics)} 已打开，两秒内生效"
        finally:
            await database().close()

    migrate()
    print(asyncio.run(switch()))
    return 0


_COMMANDS = {"notice": _notice, "run": _run, "train": _train, "check": _check, "migrate": _migrate}

if __name__ == "__main__":
    sys.exit(main())
