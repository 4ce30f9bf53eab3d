"""Settings: working defaults, the environment over the secrets file, nothing secret in print."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from kefu.secret_file import SECRETS_FILE
from kefu.settings import ROOT, Settings, by_brand, settings

read_anew = settings.__wrapped__  # settings() itself is read once in a process


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.__fields__:
        monkeypatch.delenv(f"KEFU_{name.upper()}", raising=False)
    monkeypatch.setenv("KEFU_VAR_DIR", str(tmp_path / "var"))


def test_defaults_serve_one_machine(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEFU_VAR_DIR")
    found = Settings()
    assert (found.host, found.rasa_port, found.actions_port, found.desk_port) == ("127.0.0.1", 5005, 5055, 5056)
    assert (found.var_dir, found.models_dir, found.data_dir) == (root / "var", root / "models", root / "data")
    assert root == ROOT


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("KEFU_DESK_PORT", "6000", "desk_port", 6000),
        ("KEFU_MODELS_DIR", "/elsewhere", "models_dir", Path("/elsewhere")),
        ("KEFU_ACTION_TIMEOUT", "1.5", "action_timeout", 1.5),
        ("KEFU_LOG_LEVEL", "WARNING", "log_level", "WARNING"),
    ],
)
def test_every_field_is_set_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, field: str, expected: object
) -> None:
    monkeypatch.setenv(variable, value)
    assert getattr(read_anew(), field) == expected


def test_a_value_of_the_wrong_kind_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_RASA_PORT", "five")
    with pytest.raises(ValidationError, match="rasa_port"):
        read_anew()


def test_addresses_follow_host_and_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_HOST", "10.0.0.7")
    monkeypatch.setenv("KEFU_DESK_PORT", "6000")
    found = read_anew()
    assert found.rasa_url == "http://10.0.0.7:5005"
    assert found.actions_url == "http://10.0.0.7:5055"
    assert found.desk_url == "http://10.0.0.7:6000"


def test_the_database_is_sqlite_in_var_unless_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert read_anew().database == f"sqlite:///{tmp_path}/var/kefu.db"
    monkeypatch.setenv("KEFU_DATABASE_URL", "postgresql://kefu@db/kefu")
    assert read_anew().database == "postgresql://kefu@db/kefu"


def test_secrets_come_from_the_file_and_stay_the_same(tmp_path: Path) -> None:
    found, again = read_anew(), read_anew()
    stored = (tmp_path / "var" / SECRETS_FILE).read_text()
    for secret in (found.secret, found.rasa_token, found.desk_token):
        assert len(secret.get_secret_value()) >= 32
        assert secret.get_secret_value() in stored
    assert again == found


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KEFU_DESK_TOKEN", "from-the-environment")
    found = read_anew()
    assert found.desk_token.get_secret_value() == "from-the-environment"
    assert "from-the-environment" not in (tmp_path / "var" / SECRETS_FILE).read_text()


def test_secrets_do_not_show_in_print() -> None:
    found = read_anew()
    assert found.secret.get_secret_value() not in repr(found) + str(found) + found.json()


def test_lines_of_others_in_the_file_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "var" / SECRETS_FILE
    path.parent.mkdir()
    path.write_text("KEFU_SECRET=a\nKEFU_RASA_TOKEN=b\nKEFU_DESK_TOKEN=c\nOTHER=d\n")
    assert read_anew().secret.get_secret_value() == "a"


def test_other_settings_in_the_file_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "var" / SECRETS_FILE
    path.parent.mkdir()
    path.write_text("KEFU_SECRET=a\nKEFU_RASA_TOKEN=b\nKEFU_DESK_TOKEN=c\nKEFU_DATABASE_URL=postgresql://k:p@db/k\n")
    assert read_anew().secret.get_secret_value() == "a"


def test_settings_by_brand() -> None:
    assert by_brand("") == {}
    assert by_brand("my=https://a.cn https://b.cn, post = k=v ,") == {"my": "https://a.cn https://b.cn", "post": "k=v"}


def test_a_moment_wants_its_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_OLD_SIGNED_UNTIL", "2026-12-27T10:30:00")
    with pytest.raises(ValidationError, match="要带时区"):
        Settings()
