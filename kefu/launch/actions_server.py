"""Starts the action server warm: the first customer must not wait for what is loaded at the first question.

`rasa run actions` works as well; it also imports all of Rasa, which the actions do not need.
"""

import os
import sys

from kefu.launch.quiet import without_deprecations
from kefu.launch.warm import warm
from kefu.settings import Settings, settings


def arguments(found: Settings) -> list[str]:
    """The arguments of `python -m rasa_sdk` that the settings stand for."""
    quiet = [] if found.log_level == "INFO" else ["--quiet"]  # all that it knows: warnings and errors
    return ["rasa_sdk", "--actions", "actions", "--port", str(found.actions_port), *quiet]


def serve(found: Settings) -> None:
    """Run the action server until it is stopped."""
    without_deprecations()
    from rasa_sdk.__main__ import main

    warm()
    os.environ.setdefault("SANIC_HOST", found.host)
    sys.argv = arguments(found)
    main()


if __name__ == "__main__":
    serve(settings())
