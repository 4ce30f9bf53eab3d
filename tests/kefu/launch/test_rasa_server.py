"""How Rasa is started: addresses and folders follow the settings, the token stays out of files."""

from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from kefu.launch.rasa_server import arguments, endpoints
from kefu.settings import ROOT, Settings

TOKEN = "a-token-that-nobody-should-read"


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


def test_conversations_are_stored_in_the_folder_of_the_settings(chosen: Settings) -> None:
    store = written(chosen)["tracker_store"]
    assert Path(store["db"]).parent == chosen.var_dir
    assert store["db"].endswith(".db")


def test_all_else_is_as_in_the_project_s_file(chosen: Settings) -> None:
    original = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    found = written(chosen)
    found["action_endpoint"]["url"] = original["action_endpoint"]["url"]
    found["tracker_store"]["db"] = original["tracker_store"]["db"]
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
    options = dict(zip(found[3::2], found[4::2], strict=True))
    assert options == {
        "--endpoints": str(chosen.var_dir / "endpoints.yml"),
        "--credentials": str(chosen.credentials),
        "--interface": "127.0.0.9",
        "--port": "6005",
        "--model": str(chosen.models_dir),
        "--auth-token": TOKEN,
    }


def test_rasa_itself_understands_the_arguments(chosen: Settings) -> None:
    from rasa.__main__ import create_argument_parser

    parsed = create_argument_parser().parse_args(arguments(chosen)[1:])
    assert (parsed.port, parsed.interface, parsed.auth_token) == (6005, "127.0.0.9", TOKEN)
    assert parsed.enable_api
