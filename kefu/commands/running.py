"""What commands share: a migrated database for one call, and secrets read from the terminal."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from kefu.database import Database
from kefu.launch.errors import LaunchError
from kefu.migrate import migrate
from kefu.settings import settings

Result = TypeVar("Result")


def with_database(work: Callable[[Database], Awaitable[Result]], missing: str = "没有") -> Result:
    """Run `work` over the configured database, brought up to date.

    Args:
        missing: what to say before the name of something that is not there.

    Raises:
        LaunchError: it was refused; the text can be shown.
    """

    async def run() -> Result:
        database = Database(settings().database)
        try:
            return await work(database)
        finally:
            await database.close()

    migrate()
    try:
        return asyncio.run(run())
    except KeyError as error:
        raise LaunchError(f"{missing} {error.args[0]}") from error
    except ValueError as error:
        raise LaunchError(str(error)) from error


def read_password() -> str:
    """A new password: typed twice at a terminal, else the first line of the input. Never an argument.

    Raises:
        LaunchError: the two differ, or there is none.
    """
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("密码：")
        if getpass.getpass("再输一遍：") != password:
            raise LaunchError("两次输入不一样")
    if not password:
        raise LaunchError("没有读到密码")
    return password
