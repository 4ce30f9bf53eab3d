"""Starts `rasa run` with our settings; the API token never shows on a command line."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from kefu.launch import lean
from kefu.launch.errors import LaunchError
from kefu.launch.quiet import without_deprecations
from kefu.launch.warm import warm
from kefu.settings import ROOT, Settings, settings


def _endpoints_yml() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    return content


def endpoints(found: Settings) -> Path:
    """endpoints.yml with the addresses of the settings filled in; returns the copy in var/.

    Rasa could expand ${VARIABLES} in the file itself, but then plain `rasa run` would fail without them.
    """
    content = _endpoints_yml()
    content["action_endpoint"]["url"] = f"{found.actions_url}/webhook"
    written = found.var_dir / "endpoints.yml"
    written.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return written


def arguments(found: Settings) -> list[str]:
    """The arguments of `rasa run` that the settings stand for."""
    return [
        *("rasa", "run", "--enable-api", "--endpoints", str(endpoints(found)), "--credentials", str(found.credentials)),
        *("--interface", found.host, "--port", str(found.rasa_port), "--model", str(found.models_dir)),
        f"--auth-token={found.rasa_token.get_secret_value()}",  # in one word: a token may begin with a hyphen
    ]


@contextmanager
def made_to_stay() -> Iterator[None]:
    """Keep the garbage collector from ever looking at what is imported or made in the block.

    Rasa and TensorFlow are a million objects: while it looks through all of them, nobody is answered.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def serve(found: Settings) -> None:
    """Run Rasa until it is stopped.

    Raises:
        LaunchError: lean mode is wanted, and the model needs what that leaves out; or endpoints.yml names modules of
            actions that are not there.
    """
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")  # 5 MB; nobody changes its dictionaries
    if found.lean:
        lean.install(found.models_dir)
    else:
        lean.spare()
    without_deprecations()
    with made_to_stay():
        import rasa.core.run  # noqa: F401 - not before lean mode is on
        from rasa.__main__ import main

        from kefu.dialogue.patches.local_actions import executor_of

        warm()
        try:
            executor_of(_endpoints_yml()["action_endpoint"])
        except (ImportError, ValueError) as error:
            raise LaunchError(f"endpoints.yml 的 in_process：{error}") from error

    sys.argv = arguments(found)
    main()


if __name__ == "__main__":
    try:
        serve(settings())
    except LaunchError as error:
        sys.exit(f"错误：{error}")
