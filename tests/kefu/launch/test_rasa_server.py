"""How Rasa is started: addresses and folders follow the settings, the token stays out of files."""

import gc
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from pydantic import SecretStr

from kefu.launch import rasa_server
from kefu.launch.rasa_server import arguments, endpoints, made_to_stay
from kefu.settings import ROOT, Settings

TOKEN = "-token-that-nobody-should-read"  # one that is made at random may begin so


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return Settings(
        host="127.0.0.9",
        rasa_port=6005,
        actions_port=6055,
        var_dir=tmp_path,
        models_dir=tmp_path / "models",
        rasa_token=SecretStr(TOKEN),
    )


def written(chosen: Settings) -> dict:
    return yaml.safe_load(endpoints(chosen).read_text(encoding="utf-8"))


def test_the_action_server_is_where_the_settings_say(chosen: Settings) -> None:
    assert written(chosen)["action_endpoint"]["url"] == "http://127.0.0.9:6055/webhook"


def test_all_else_is_as_in_the_project_s_file(chosen: Settings) -> None:
    original = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    found = written(chosen)
    found["action_endpoint"]["url"] = original["action_endpoint"]["url"]
    assert found == original


def test_the_project_s_file_is_not_touched(chosen: Settings) -> None:
    before = (ROOT / "endpoints.yml").read_bytes()
    assert endpoints(chosen) == chosen.var_dir / "endpoints.yml"
    assert (ROOT / "endpoints.yml").read_bytes() == before


def test_a_second_start_follows_changed_settings(chosen: Settings) -> None:
    endpoints(chosen)
    assert written(chosen.copy(update={"actions_port": 7055}))["action_endpoint"]["url"].endswith(":7055/webhook")


def test_the_token_is_in_no_file(chosen: Settings) -> None:
    arguments(chosen)
    files = [path for path in chosen.var_dir.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if TOKEN in path.read_text(encoding="utf-8")] == []


def test_rasa_is_told_what_the_settings_say(chosen: Settings) -> None:
    found = arguments(chosen)
    assert found[:3] == ["rasa", "run", "--enable-api"]
    options = dict(zip(found[3:-1:2], found[4:-1:2], strict=True))
    assert options == {
        "--endpoints": str(chosen.var_dir / "endpoints.yml"),
        "--credentials": str(chosen.credentials),
        "--interface": "127.0.0.9",
        "--port": "6005",
        "--model": str(chosen.models_dir),
    }
    assert found[-1] == f"--auth-token={TOKEN}"


def test_rasa_itself_understands_the_arguments(chosen: Settings) -> None:
    from rasa.__main__ import create_argument_parser

    parsed = create_argument_parser().parse_args(arguments(chosen)[1:])
    assert (parsed.port, parsed.interface, parsed.auth_token) == (6005, "127.0.0.9", TOKEN)
    assert parsed.enable_api


@pytest.mark.parametrize("is_lean", [True, False])
def test_lean_mode_is_on_before_rasa_is_imported(
    chosen: Settings, monkeypatch: pytest.MonkeyPatch, is_lean: bool
) -> None:
    done: list[object] = []
    fake = ModuleType("rasa.__main__")
    fake.main = lambda: done.append(sys.argv)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rasa.__main__", fake)
    monkeypatch.setattr(rasa_server.lean, "install", done.append)
    monkeypatch.setattr(rasa_server.lean, "spare", lambda: done.append("spare"))
    monkeypatch.setattr(sys, "argv", [])
    try:
        rasa_server.serve(chosen.copy(update={"lean": is_lean}))
    finally:
        gc.unfreeze()
    assert done == [chosen.models_dir if is_lean else "spare", arguments(chosen)]


def test_importing_the_launcher_imports_no_rasa(root: Path) -> None:
    code = "import sys, kefu.launch.rasa_server; sys.exit(' '.join(name for name in sys.modules if 'rasa.' in name))"
    finished = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert finished.stderr.strip() == ""


def test_a_model_that_lean_mode_cannot_serve_is_one_clear_line(root: Path, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "broken.tar.gz").write_bytes(b"no archive")
    environment = {**os.environ, "KEFU_LEAN": "1", "KEFU_MODELS_DIR": str(tmp_path / "models")}
    started = [sys.executable, "-W", "ignore", "-m", "kefu.launch.rasa_server"]
    finished = subprocess.run(started, cwd=root, env=environment, capture_output=True, text=True)
    assert finished.returncode == 1
    assert finished.stderr.strip().splitlines()[-1].startswith("错误：读不了")


def test_a_module_of_actions_that_is_not_there_stops_the_start(root: Path, tmp_path: Path) -> None:
    code = (
        "from kefu.launch import rasa_server\n"
        "from kefu.settings import settings\n"
        "rasa_server._endpoints_yml = lambda: {'action_endpoint': {'in_process': ['actions.anwser']}}\n"
        "rasa_server.serve(settings())\n"
    )
    environment = {**os.environ, "KEFU_VAR_DIR": str(tmp_path), "PYTHONPATH": str(root)}
    finished = subprocess.run([sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True)
    assert finished.returncode == 1
    assert "LaunchError: endpoints.yml 的 in_process" in finished.stderr.strip().splitlines()[-1]


def test_what_is_made_to_stay_is_out_of_the_collectors_sight() -> None:
    before = gc.get_freeze_count()
    try:
        with made_to_stay():
            assert not gc.isenabled()
            kept: list[list[int]] = [[] for _ in range(1000)]
        assert gc.get_freeze_count() >= before + 1000
        assert not {id(found) for found in gc.get_objects()} & {id(one) for one in kept}
        assert gc.isenabled()
    finally:
        gc.unfreeze()


def test_an_error_leaves_the_collector_on() -> None:
    with pytest.raises(ValueError, match="told to"), made_to_stay():
        raise ValueError("told to")
    assert gc.isenabled()
