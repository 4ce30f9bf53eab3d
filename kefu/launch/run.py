"""`make run`: all processes under one roof; when one ends, all end."""

import asyncio
import os
import sys
import time
from pathlib import Path

import httpx
from honcho.environ import parse_procfile

from kefu.launch.errors import LaunchError
from kefu.launch.parts import Parts
from kefu.launch.preflight import check_accounts, check_disk, check_ports, check_project
from kefu.launch.training import QUIET, train_if_changed
from kefu.migrate import migrate
from kefu.settings import ROOT, Settings, settings

_CLOSING = 20  # seconds in which a part must end by itself; the door gives turns in flight 10
_PATIENCE = 120.0  # seconds until all parts must answer


def run() -> int:
    """Check, train where needed, start everything, print the addresses; blocks until the end.

    Returns:
        The exit code: 0 after Ctrl-C or SIGTERM, else that of the part that ended first.

    Raises:
        LaunchError: something is in the way.
    """
    check_project()
    found = settings()
    check_disk(found)
    check_ports(found)
    check_accounts()
    train_if_changed()
    migrate()
    return asyncio.run(_serve(found))


async def _serve(found: Settings) -> int:
    commands = parse_procfile((ROOT / "Procfile").read_text()).processes
    parts = Parts(commands, environment(found), ROOT, _CLOSING)
    announcing = asyncio.create_task(_announce(found, parts))
    try:
        return await parts.run()
    finally:
        announcing.cancel()


def environment(found: Settings) -> dict[str, str]:
    """What the processes get: all settings, secrets included (never on a command line)."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore::DeprecationWarning",  # of Rasa's pinned libraries; ours are errors in the tests
        **QUIET,
        "LOG_LEVEL": found.log_level,  # Rasa's name for it
        "SANIC_HOST": found.host,
        "KEFU_HOST": found.host,
        "KEFU_RASA_PORT": str(found.rasa_port),
        "KEFU_ACTIONS_PORT": str(found.actions_port),
        "KEFU_DESK_PORT": str(found.desk_port),
        "KEFU_MODELS_DIR": str(found.models_dir),
        "KEFU_VAR_DIR": str(found.var_dir),
        "KEFU_CREDENTIALS": str(found.credentials),
        "KEFU_LOG_LEVEL": found.log_level,
    }


async def _announce(found: Settings, parts: Parts) -> None:
    """Print the addresses once everything answers; end the run where that takes too long."""
    deadline = time.monotonic() + _PATIENCE
    async with httpx.AsyncClient(base_url=found.desk_url, timeout=5, trust_env=False) as client:
        while time.monotonic() < deadline:
            if await _is_up(client):
                print(
                    f"\n全部就绪：\n  网页(邮政数字钱包)  {found.rasa_url}/webhooks/website/\n"
                    f"  网页(MY钱包)        {found.rasa_url}/webhooks/website/?brand=my\n"
                    f"  工单台              {found.desk_url}/  （第一个账号：.venv/bin/python -m kefu user add）\n"
                    f"  健康检查            {found.desk_url}/health\n  Ctrl-C 停止全部\n",
                    flush=True,
                )
                return
            await asyncio.sleep(0.3)
    print(f"错误：{_PATIENCE:.0f} 秒内没有全部就绪，看上面各部分的输出", file=sys.stderr, flush=True)
    parts.end(1)


async def _is_up(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health")).status_code == 200
    except httpx.HTTPError:
        return False


__all__ = ["LaunchError", "environment", "run"]
