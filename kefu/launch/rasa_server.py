"""Starts `rasa run` with our settings; the API token never shows on a command line."""

import sys

from rasa.__main__ import main

from kefu.settings import settings


def arguments() -> list[str]:
    """The arguments of `rasa run` that our settings stand for."""
    found = settings()
    return [
        *("rasa", "run", "--enable-api", "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
        *("--interface", found.host, "--port", str(found.rasa_port), "--model", str(found.models_dir)),
        *("--auth-token", found.rasa_token.get_secret_value()),
    ]


if __name__ == "__main__":
    sys.argv = arguments()
    main()
