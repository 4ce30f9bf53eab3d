"""Commands: `python -m kefu --help` lists them; the Makefile's targets call these."""

import argparse
import os
import signal
import sys

from pydantic import ValidationError

from kefu.commands import data, notice, people, website, wechat
from kefu.commands.parser import Parser
from kefu.launch.errors import LaunchError
from kefu.migrate import migrate
from kefu.yaml_file import DataError


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit code. What the user can put right is one line on stderr."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's remarks at import help nobody here
    parser = Parser(prog="python -m kefu", description="钱包客服")
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True)
    commands.add_parser("run", help="需要时训练，启动全部进程，直到 Ctrl-C")
    train = commands.add_parser("train", help="数据或配置有变化时训练")
    train.add_argument("--force", action="store_true", help="没有变化也训练")
    commands.add_parser("check", help="检查训练师编辑的文件")
    commands.add_parser("migrate", help="把数据库升级到最新表结构")
    for part in (notice, people, data, website, wechat):
        part.register(commands)
    options = parser.parse_args(arguments)
    try:
        run = getattr(options, "run", None) or _COMMANDS[options.command]
        return int(run(options))
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
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C, also before the parts run
    try:
        from kefu.launch.run import run

        return run()
    except KeyboardInterrupt:
        return 0  # it was asked to stop, and nothing is left


def _train(options: argparse.Namespace) -> int:
    from kefu.launch.training import train_if_changed

    train_if_changed(force=options.force)
    return 0


def _check(_: argparse.Namespace) -> int:
    from kefu.trainer.lint import errors, reminders, report

    found = errors()
    if not found:  # Rasa reads only what is well-formed, and takes seconds to import
        from kefu.launch.quiet import without_deprecations

        without_deprecations()
        from kefu.dialogue.rule_check import contradictions

        found = contradictions()
    return report(found, reminders())


def _migrate(_: argparse.Namespace) -> int:
    migrate()
    return 0


_COMMANDS = {"run": _run, "train": _train, "check": _check, "migrate": _migrate}

if __name__ == "__main__":
    sys.exit(main())
