"""A lean server answers as a normal one does: the same messages to both, over HTTP, with the same action server."""

import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from kefu.migrate import migrate
from tests.servers import free_port

SAID = [
    *("你好", "退款多久到账", "已解决", "怎么充值", "2", "手续费怎么收", "没解决", "转人工", "13812345678", "取消"),
    *("昨天下午三点扫码付款扣了350块,商家说没收到", "忘记密码怎么办", "收不到验证码", "今天天气怎么样", "在吗", "😀"),
    *("菜单", "0", "我要投诉", "算了", "实名认证要什么资料", "提现多久到", "提现多久到", "有什么新功能", "谢谢", ""),
    *("我被骗了,刚给骗子转了5000", "怎么注册", "以上都不是", "客服电话是多少", "<b>退款</b>", "再见"),
]
_PATIENCE = 300.0


@contextmanager
def server(*command: str, url: str, environment: dict[str, str]) -> Iterator[int]:
    """A process that answers at an address; its id."""
    with tempfile.TemporaryFile("w+") as output:
        started = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output)
        try:
            deadline = time.monotonic() + _PATIENCE
            while not answers(url):
                if started.poll() is not None or time.monotonic() > deadline:
                    output.seek(0)
                    pytest.fail(f"{command} did not start:\n{output.read()[-3000:]}")
                time.sleep(0.2)
            yield started.pid
        finally:
            started.terminate()
            started.wait(timeout=60)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def talk(url: str) -> list[Any]:
    """What is said to each message; without what differs between any two customers."""
    sender = uuid.uuid4().hex
    heard = []
    for text in SAID:
        body = {"sender": sender, "message": text}
        replies = requests.post(f"{url}/webhooks/rest/webhook", json=body, timeout=120).json()
        heard.append([(reply.get("text"), [one["title"] for one in reply.get("buttons", [])]) for reply in replies])
    return heard


def uses_tensorflow(pid: int) -> bool:
    return "tensorflow" in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace")


@pytest.fixture
def environment(root: Path, tmp_path: Path) -> dict[str, str]:
    ports = {f"KEFU_{name}_PORT": str(free_port()) for name in ("RASA", "ACTIONS")}
    migrate(f"sqlite:///{tmp_path}/kefu.db")
    return {
        **ports,
        "KEFU_ACTION_TIMEOUT": "30",
        "KEFU_VAR_DIR": str(tmp_path),
        "SANIC_HOST": "127.0.0.1",
        "PYTHONPATH": str(root),
    }


def test_a_lean_server_says_the_same(environment: dict[str, str]) -> None:
    rasa = f"http://127.0.0.1:{environment['KEFU_RASA_PORT']}"
    port = environment["KEFU_ACTIONS_PORT"]
    actions = (sys.executable, "-m", "kefu.launch.actions_server")
    launcher = (sys.executable, "-m", "kefu.launch.rasa_server")
    ready = f"{rasa}/webhooks/rest/"
    with server(*actions, url=f"http://127.0.0.1:{port}/health", environment=environment):
        with server(*launcher, url=ready, environment={**environment, "KEFU_LEAN": "0"}) as pid:
            full, had_it = talk(rasa), uses_tensorflow(pid)
        with server(*launcher, url=ready, environment={**environment, "KEFU_LEAN": "1"}) as pid:
            lean, has_it = talk(rasa), uses_tensorflow(pid)
    assert [without_numbers(heard) for heard in lean] == [without_numbers(heard) for heard in full]
    assert len({str(heard) for heard in full}) > len(SAID) / 2, "the bot said something"
    assert (had_it, has_it) == (True, False)


def without_numbers(heard: Any) -> str:
    """Receipt numbers are unguessable and dates go on, so they differ."""
    return re.sub(r"KF[0-9A-Z]{10}|\d+月\d+日 \d\d:\d\d", "…", str(heard))
