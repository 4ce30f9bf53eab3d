"""The file var/secrets.env: made at the first run, readable by its owner only."""

import os
import secrets
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

SECRETS_FILE = "secrets.env"

_NAMES = ("KEFU_SECRET", "KEFU_RASA_TOKEN", "KEFU_DESK_TOKEN")
# There once the key was changed: earlier keys, and until when what the latest of them signed still counts.
_OLD, _OLD_SIGNED_UNTIL = "KEFU_OLD_SECRETS", "KEFU_OLD_SIGNED_UNTIL"
# There from a change of the key until all is sealed with the new one.
_RESEALING = "KEFU_RESEALING"


def read_secrets(path: Path) -> dict[str, str]:
    """The secrets in the file by setting name (`rasa_token`), created where they are missing.

    Two processes that start at once on a new machine agree: the whole file is put in place by an
    exclusive link, and whoever comes second reads what the first has written.

    Raises:
        OSError: the folder can't be created or written.
    """
    if not path.exists():
        _create(path)
    found = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    missing = [name for name in _NAMES if not found.get(name)]
    if missing:  # a file from an older version, or one that somebody has cut
        made = {name: secrets.token_urlsafe(32) for name in missing}
        with path.open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in made.items())
        found.update(made)
    known = (*_NAMES, _OLD, _OLD_SIGNED_UNTIL)
    return {name.removeprefix("KEFU_").lower(): found[name] for name in known if name in found}


def rotate_secret(path: Path, signed_until: datetime) -> None:
    """Put a new KEFU_SECRET into the file; the one before joins KEFU_OLD_SECRETS. `resealed` must follow.

    Args:
        signed_until: until when what the one before has signed still counts.

    Raises:
        OSError: the file can't be written; it is then as it was.
    """
    found = read_secrets(path)
    old = ",".join(filter(None, (found["secret"], found.get("old_secrets"))))
    changed = {
        "KEFU_SECRET": secrets.token_urlsafe(32),
        _OLD: old,
        _OLD_SIGNED_UNTIL: signed_until.isoformat(timespec="seconds"),
        _RESEALING: "1",
    }
    _replace(path, changed, [f"{name}={value}" for name, value in changed.items()])


def is_resealing(path: Path) -> bool:
    """Whether the key was changed and `resealed` was not called since: a break has come between."""
    return path.exists() and f"{_RESEALING}=1" in path.read_text().splitlines()


def resealed(path: Path) -> None:
    """All is sealed with the new key.

    Raises:
        OSError: the file can't be written; it is then as it was.
    """
    _replace(path, [_RESEALING], [])


def _replace(path: Path, names: Collection[str], lines: list[str]) -> None:
    """Put lines in the place of those that set one of the names."""
    kept = [line for line in path.read_text().splitlines() if line.split("=", 1)[0] not in names]
    _draft(path, [*kept, *lines]).replace(path)


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path, [f"{name}={secrets.token_urlsafe(32)}" for name in _NAMES])
    try:
        os.link(draft, path)  # fails, unlike a rename, where another process was first
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _draft(path: Path, lines: list[str]) -> Path:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    return draft
