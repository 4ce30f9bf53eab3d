"""Starts the desk: `python -m kefu.desk`."""

import uvicorn

from kefu.desk.app import create_app
from kefu.settings import settings


def main() -> None:
    """Serve until stopped."""
    found = settings()
    uvicorn.run(create_app(), host=found.host, port=found.desk_port, log_level="warning")


if __name__ == "__main__":
    main()
