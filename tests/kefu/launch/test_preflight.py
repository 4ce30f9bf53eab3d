"""Before a start: each thing that is in the way is one clear line."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kefu.launch.errors import LaunchError
from kefu.launch.preflight import check_disk, check_ports, check_project
from kefu.settings import Settings
from tests.servers import free_port


@pytest.fixture
def free() -> Settings:
    return Settings(rasa_port=free_port(), actions_port=free_port(), desk_port=free_port())


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_free_ports_are_fine_and_stay_free(free: Settings) -> None:
    check_ports(free)
    check_ports(free)


@pytest.mark.parametrize("field", ["rasa_port", "actions_port", "desk_port"])
def test_a_taken_port_is_named_with_the_variable_that_changes_it(free: Settings, taken: int, field: str) -> None:
    with pytest.raises(LaunchError, match=rf"端口 {taken} 用不了.*KEFU_{field.upper()}=") as caught:
        check_ports(free.copy(update={field: taken}))
    assert "\n" not in str(caught.value)


def test_a_port_taken_on_one_address_is_taken_for_all(free: Settings, taken: int) -> None:
    with pytest.raises(LaunchError, match=str(taken)):
        check_ports(free.copy(update={"host": "0.0.0.0", "desk_port": taken}))


def test_two_parts_can_not_share_a_port(free: Settings) -> None:
    with pytest.raises(LaunchError, match="三个端口不能相同"):
        check_ports(free.copy(update={"actions_port": free.rasa_port}))


def test_an_address_that_is_not_this_machines_is_refused(free: Settings) -> None:
    with pytest.raises(LaunchError, match="用不了"):
        check_ports(free.copy(update={"host": "192.0.2.1"}))


@pytest.mark.parametrize("port", [-1, 0, 65536])
def test_a_number_that_is_no_port_is_refused(free: Settings, port: int) -> None:
    with pytest.raises(LaunchError, match=f"KEFU_DESK_PORT={port}"):
        check_ports(free.copy(update={"desk_port": port}))


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(var_dir=tmp_path / "a" / "var", models_dir=tmp_path / "models")


def test_the_folders_are_made(here: Settings) -> None:
    check_disk(here, free_mb=500)
    assert here.var_dir.is_dir()
    assert here.models_dir.is_dir()


def test_a_full_disk_is_named_with_what_is_needed(here: Settings) -> None:
    with pytest.raises(LaunchError, match="磁盘空间不够.*var 只剩 499 MB.至少要 500 MB"):
        check_disk(here, free_mb=499)


def test_the_disks_own_figure_counts_by_default(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kefu.launch.preflight._NEEDED_MB", 2**40)
    with pytest.raises(LaunchError, match="磁盘空间不够"):
        check_disk(here)


@pytest.mark.parametrize("field", ["var_dir", "models_dir"])
def test_a_file_where_a_folder_should_be_is_named(here: Settings, tmp_path: Path, field: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LaunchError, match=f"建不了文件夹 {tmp_path}/file/x"):
        check_disk(here.copy(update={field: tmp_path / "file" / "x"}), free_mb=500)


FILES = ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).touch()
    (tmp_path / "data").mkdir()
    return tmp_path


def test_a_whole_project_is_fine(project: Path) -> None:
    check_project(project)
    check_project()


@pytest.mark.parametrize("name", [*FILES, "data"])
def test_a_missing_file_is_named(project: Path, name: str) -> None:
    (project / name).rename(project / "elsewhere")
    with pytest.raises(LaunchError, match=f"缺少 {name}"):
        check_project(project)
