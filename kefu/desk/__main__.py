"""Starts the desk: `python -m kefu.desk`."""

import logging

import uvicorn

from kefu.desk.app import create_app
from kefu.settings import settings


def main() -> None:
    """Serve until stopped."""
    found = settings()
    set_up_logging(found.log_level)
    uvicorn.run(create_app(), host=found.host, port=found.desk_port, log_level="warning")


def set_up_logging(level: str) -> None:
    """Our lines from that level on; of the libraries only warnings (httpx would write addresses with tokens)."""
    logging.basicConfig(format="%(asctime)s %(levelname)-8s %(name)s  - %(message)s")
    logging.getLogger("kefu").setLevel(level)


if __name__ == "__main__":
    main()
