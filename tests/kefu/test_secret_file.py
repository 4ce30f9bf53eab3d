"""Secrets: made once, for their owner only, the same for every process of a machine."""

import stat
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from kefu.secret_file import is_resealing, read_secrets, resealed, rotate_secret

UNTIL = datetime(2026, 12, 27, 2, 30, tzinfo=timezone.utc)
NAMES = {"secret", "rasa_token", "desk_token"}


def test_makes_long_different_secrets_at_the_first_call(tmp_path: Path) -> None:
    found = read_secrets(tmp_path / "new" / "folder" / "secrets.env")
    assert set(found) == NAMES
    assert len(set(found.values())) == len(NAMES)
    assert all(len(value) >= 32 for value in found.values())


def test_two_machines_do_not_share_secrets(tmp_path: Path) -> None:
    one, other = read_secrets(tmp_path / "one.env"), read_secrets(tmp_path / "other.env")
    assert not set(one.values()) & set(other.values())


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    read_secrets(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_keeps_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    first = read_secrets(path)
    assert read_secrets(path) == first
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.env"]


def test_reads_what_an_operator_wrote(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_text("# own\n\nKEFU_SECRET=a=b==\nKEFU_RASA_TOKEN=r\nKEFU_DESK_TOKEN=d\n")
    assert read_secrets(path).items() >= {"secret": "a=b==", "rasa_token": "r", "desk_token": "d"}.items()


@pytest.mark.parametrize("content", ["", "KEFU_SECRET=a\n"])
def test_completes_a_file_that_lacks_a_secret(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secrets.env"
    path.write_text(content)
    found = read_secrets(path)
    assert set(found) == NAMES
    assert all(found.values())
    assert content.strip() in path.read_text()


def test_whoever_comes_second_reads_what_the_first_has_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secrets.env"
    first = read_secrets(path)
    with monkeypatch.context() as race:
        race.setattr(Path, "exists", lambda _: False)  # looked before the first had written
        second = read_secrets(path)
    assert second == first
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.env"]


def test_processes_that_start_at_once_agree(tmp_path: Path, root: Path) -> None:
    code = "import sys, pathlib, kefu.secret_file as s; print(s.read_secrets(pathlib.Path(sys.argv[1])))"
    command = [sys.executable, "-c", code, str(tmp_path / "secrets.env")]
    started = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    answers = {process.communicate(timeout=30)[0] for process in started}
    assert [process.returncode for process in started] == [0] * 6
    assert answers == {f"{read_secrets(tmp_path / 'secrets.env')}\n"}


def test_says_when_the_folder_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        read_secrets(tmp_path / "file" / "secrets.env")


def test_a_changed_key_keeps_the_ones_before(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    keys = [read_secrets(path)["secret"]]
    for _ in range(2):
        rotate_secret(path, UNTIL)
        keys.append(read_secrets(path)["secret"])
    found = read_secrets(path)
    assert len(set(keys)) == 3
    assert (found["secret"], found["old_secrets"]) == (keys[2], f"{keys[1]},{keys[0]}")
    assert found["old_signed_until"] == "2026-12-27T02:30:00+00:00"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.env"]


def test_a_change_is_under_way_until_all_is_sealed(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    assert not is_resealing(path)
    read_secrets(path)
    assert not is_resealing(path)
    rotate_secret(path, UNTIL)
    changed = read_secrets(path)
    assert is_resealing(path)
    resealed(path)
    assert not is_resealing(path)
    assert read_secrets(path) == changed
    assert path.stat().st_mode & 0o777 == 0o600
