"""What must be right before anything is started; each problem is one clear line."""

import shutil
import socket
from pathlib import Path

from kefu.channels.wechat.accounts import AccountError, configured_accounts
from kefu.launch.errors import LaunchError
from kefu.settings import ROOT, Settings

_NEEDED_MB = 500


def check_ports(settings: Settings) -> None:
    """Raise LaunchError where one of our ports is taken."""
    wanted = {
        "KEFU_RASA_PORT": settings.rasa_port,
        "KEFU_ACTIONS_PORT": settings.actions_port,
        "KEFU_DESK_PORT": settings.desk_port,
    }
    if len(set(wanted.values())) < len(wanted):
        raise LaunchError(f"三个端口不能相同：{wanted}")
    for name, port in wanted.items():
        if not 0 < port < 65536:
            raise LaunchError(f"{name}={port} 不是端口号，应在 1 到 65535 之间")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError as error:
                raise LaunchError(f"端口 {port} 用不了({error.strerror})；换一个：{name}=端口号 make run") from error


def check_disk(settings: Settings, free_mb: int | None = None) -> None:
    """Raise LaunchError where there is no room for a model and the databases.

    Args:
        free_mb: free space, for tests; default: what the disk says.
    """
    for folder in (settings.var_dir, settings.models_dir):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LaunchError(f"建不了文件夹 {folder}:{error.strerror}") from error
        free = shutil.disk_usage(folder).free // 2**20 if free_mb is None else free_mb
        if free < _NEEDED_MB:
            raise LaunchError(f"磁盘空间不够：{folder} 只剩 {free} MB，至少要 {_NEEDED_MB} MB")


def check_accounts() -> None:
    """Raise LaunchError where an official account of credentials.yml can't be served."""
    try:
        configured_accounts()
    except AccountError as error:
        raise LaunchError(str(error)) from error


def check_project(root: Path = ROOT) -> None:
    """Raise LaunchError where a file that Rasa needs is not there."""
    for name in ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml", "data"):
        if not (root / name).exists():
            raise LaunchError(f"缺少 {name}，请在项目目录里运行")
