"""The menu of the official account: its file, its lint, its way to the platform."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
import yaml

from kefu.channels.wechat.menu import load_wechat_menus, platform_menu, pressed, wechat_menus
from kefu.trainer.lint import errors
from kefu.yaml_file import DataError
from sim.wechat.platform import Platform
from sim.wechat.server import serving
from tests.kefu.channels.wechat.conftest import environment, platform_account
from tests.servers import free_port

GOOD = """default:
  - {name: 退款, ask: refund}
  - name: 更多
    sub: [{name: 官网, link: https://example.com}, {name: 菜单, open: main}]
my:
  - {name: 客服, ask: human_agent}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "wechat_menu.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_becomes_what_the_platform_wants(tmp_path: Path) -> None:
    menus = load_wechat_menus(written(tmp_path, GOOD))
    assert platform_menu(menus, "post") == {
        "button": [
            {"type": "click", "name": "退款", "key": "ask:refund"},
            {
                "name": "更多",
                "sub_button": [
                    {"type": "view", "name": "官网", "url": "https://example.com"},
                    {"type": "click", "name": "菜单", "key": "open:main"},
                ],
            },
        ]
    }
    assert platform_menu(menus, "my")["button"][0]["key"] == "ask:human_agent"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("my: []", 1),
        ("default: []", 1),
        ("default:\n  - {name: 一, ask: a, link: https://x}", 2),
        ("default:\n  - {name: 一}", 2),
        ("default:\n  - {name: 一, link: 'javascript:alert(1)'}", 2),
        ("default:\n  - {name: 名字太长了怎么办, ask: refund}", 2),
        ("default:\n  - {name: 一, typo: refund}", 2),
        ("default:\n  - 一", 1),
        ("default:\n" + "  - {name: 一, ask: refund}\n" * 4, 1),
        ("default:\n  - {name: 一, sub: [" + "{name: 二, ask: refund}," * 6 + "]}", 2),
    ],
)
def test_what_wechat_does_not_allow_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(DataError) as caught:
        load_wechat_menus(written(tmp_path, text))
    assert caught.value.line == line


def test_lint_names_unknown_intents_and_levels(tmp_path: Path, root: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name in ("brands.yml", "menu.yml"):
        (data / name).write_text((root / "data" / name).read_text(encoding="utf-8"), encoding="utf-8")
    written(data, GOOD.replace("ask: refund", "ask: refnud").replace("open: main", "open: mian"))
    found = [str(error) for error in errors(data, root / "domain.yml") if error.path.name == "wechat_menu.yml"]
    assert [("refnud" in one, "mian" in one) for one in found] == [(True, False), (False, True)]
    assert "wechat_menu.yml:2:" in found[0]


def test_our_own_menu_is_good_and_its_keys_are_understood() -> None:
    keys = [
        button["key"]
        for top in platform_menu(wechat_menus(), "post")["button"]
        for button in top.get("sub_button", [top])
        if button["type"] == "click"
    ]
    assert all(pressed(key) for key in keys) and len(keys) > 5
    assert pressed("ask:human_agent") == ("/human_agent", "转人工")
    assert pressed("ask:inform") is None and pressed("https://example.com") is None, "only what the menu has"


async def kefu(tmp_path: Path, accounts: object, *arguments: str) -> tuple[int, str]:
    """A command with accounts of its own; exit code and output."""
    credentials = tmp_path / "credentials.yml"
    content = {"kefu.channels.wechat.channel.WechatChannel": {"accounts": accounts}}
    credentials.write_text(yaml.safe_dump(content), encoding="utf-8")
    own = {**os.environ, **environment(), "KEFU_CREDENTIALS": str(credentials), "KEFU_VAR_DIR": str(tmp_path / "var")}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kefu", "wechat-menu", *arguments, env=own, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_the_command_pushes_the_menu(tmp_path: Path) -> None:
    port = free_port()
    platform = Platform([platform_account("http://127.0.0.1:1")])
    accounts = {"post": {"app_id": "wx-app-post", "api_url": f"http://127.0.0.1:{port}"}}
    async with serving(platform, port):
        code, output = await kefu(tmp_path, accounts, "push")
        assert (code, "菜单已更新" in output) == (0, True), output
        assert platform.accounts["post"].menu == platform_menu(wechat_menus(), "post")
        platform.faults.used_up = 1
        code, output = await kefu(tmp_path, accounts, "push", "post")
        assert (code, "45009" in output, "Traceback" in output) == (1, True, False), output


async def test_the_command_names_mistakes(tmp_path: Path) -> None:
    code, output = await kefu(tmp_path, {"post": {"app_id": "wx-app-post"}}, "show", "nobody")
    assert (code, "nobody" in output, "post" in output) == (1, True, True), output
    code, output = await kefu(tmp_path, {"post": {}}, "push")
    assert (code, "app_id" in output, "Traceback" in output) == (1, True, False), output
