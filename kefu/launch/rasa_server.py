"""Starts `rasa run` with our settings; the API token never shows on a command line."""

import gc
import importlib
import sys
from pathlib import Path

import yaml

from kefu.launch import lean
from kefu.launch.errors import LaunchError
from kefu.settings import ROOT, Settings, settings


def endpoints(found: Settings) -> Path:
    """endpoints.yml with the addresses of the settings filled in; returns the copy in var/.

    Rasa could expand ${VARIABLES} in the file itself, but then plain `rasa run` would fail without them.
    """
    content = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    content["action_endpoint"]["url"] = f"{found.actions_url}/webhook"
    written = found.var_dir / "endpoints.yml"
    written.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return written


def arguments(found: Settings) -> list[str]:
    """The arguments of `rasa run` that the settings stand for."""
    return [
        *("rasa", "run", "--enable-api", "--endpoints", str(endpoints(found)), "--credentials", str(found.credentials)),
        *("--interface", found.host, "--port", str(found.rasa_port), "--model", str(found.models_dir)),
        *("--auth-token", found.rasa_token.get_secret_value()),
    ]


def import_for_good(module: str) -> None:
    """Import what stays until the end, and keep the garbage collector from ever looking at it.

    Rasa and TensorFlow are a million objects: a look through all of them takes 0.4 s, in which nobody is answered.
    """
    gc.disable()
    try:
        importlib.import_module(module)
        gc.freeze()
    finally:
        gc.enable()


def serve(found: Settings) -> None:
    """Run Rasa until it is stopped.

    Raises:
        LaunchError: lean mode is wanted, and the model needs what that leaves out.
    """
    if found.lean:
        lean.install(found.models_dir)
    import_for_good("rasa.core.run")  # not before lean mode is on
    from rasa.__main__ import main

    sys.argv = arguments(found)
    main()


if __name__ == "__main__":
    try:
        serve(settings())
    except LaunchError as error:
        sys.exit(f"错误：{error}")
