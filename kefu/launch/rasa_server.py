"""Starts `rasa run` with our settings; the API token never shows on a command line."""

import sys
from pathlib import Path

import yaml
from rasa.__main__ import main

from kefu.dialogue import patches
from kefu.settings import ROOT, Settings, settings


def endpoints(found: Settings) -> Path:
    """endpoints.yml with the addresses and folders of the settings filled in; returns the copy in var/.

    Rasa could expand ${VARIABLES} in the file itself, but then plain `rasa run` would fail without them.
    """
    content = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    content["action_endpoint"]["url"] = f"{found.actions_url}/webhook"
    store = content["tracker_store"]
    if store.get("dialect") == "sqlite":
        store["db"] = str(found.var_dir / Path(store["db"]).name)
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


if __name__ == "__main__":
    patches.apply()
    sys.argv = arguments(settings())
    main()
