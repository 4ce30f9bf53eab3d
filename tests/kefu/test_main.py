"""The commands: what the person at the terminal can put right is one line, never a traceback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kefu.__main__ import _COMMANDS, main
from kefu.brands import brands
from kefu.launch.errors import LaunchError
from kefu.settings import settings
from kefu.yaml_file import DataError


@pytest.fixture
def fresh_settings() -> Iterator[None]:
    for read_once in (settings, brands):
        read_once.cache_clear()
    yield
    for read_once in (settings, brands):
        read_once.cache_clear()


@pytest.mark.parametrize("arguments", [[], ["dance"], ["run", "--fast"]])
def test_an_unknown_command_is_refused(arguments: list[str], capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("error", [LaunchError("端口 5005 用不了"), DataError("brands.yml", 3, "缺少")])
def test_a_known_problem_is_one_line_and_exit_code_1(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def fail(_: object) -> int:
        raise error

    monkeypatch.setitem(_COMMANDS, "migrate", fail)
    assert main(["migrate"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("错误")
    assert line.endswith(str(error))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KEFU_VAR_DIR", "/dev/null/var"),
        ("KEFU_RASA_PORT", "five"),
    ],
)
def test_a_wrong_setting_is_one_line_too(
    variable: str, value: str, fresh_settings: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv(variable, value)
    assert main(["migrate"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("错误")


def test_a_mistake_in_the_brands_is_named_by_check(
    fresh_settings: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("KEFU_DATA_DIR", str(tmp_path))
    (tmp_path / "brands.yml").write_text("post:\n  name: 甲\n", encoding="utf-8")
    assert main(["check"]) == 1
    assert f"{tmp_path}/brands.yml:1: " in capsys.readouterr().err


def test_migrate_makes_the_configured_database(
    fresh_settings: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KEFU_VAR_DIR", str(tmp_path))
    assert main(["migrate"]) == 0
    assert (tmp_path / "kefu.db").stat().st_size


def test_the_secret_of_a_brands_site(fresh_settings: None, capsys: pytest.CaptureFixture) -> None:
    assert [main(["site-secret", brand]) for brand in ("my", "post", "my", "none")] == [0, 0, 0, 1]
    printed = capsys.readouterr()
    my, post, again = printed.out.split()
    assert my == again != post
    assert len(my) >= 32
    assert "没有品牌 none" in printed.err
