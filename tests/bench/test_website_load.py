"""Many streams and steady messages on one server: none lost, none twice (bench/website.py measures the real size)."""

import asyncio
import json
import sys

from tests.kefu.channels.website.conftest import own_database  # noqa: F401  # a fixture
from tests.website_server import website_server


async def test_no_message_is_lost_or_doubled(own_database) -> None:  # noqa: F811
    async with website_server() as server:
        client = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.website_client", server.url),
            *("--streams", "60", "--rate", "30", "--seconds", "4"),
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await asyncio.wait_for(client.communicate(), 90)
    found = json.loads(output)
    assert found["streams"] == 60
    counts = [found[name] for name in ("sent", "acknowledged", "seen", "answered")]
    assert counts == [120] * 4
    assert (found["doubled"], found["streams_with_gaps"]) == (0, 0)
    assert found["acknowledge"]["p50"] < 5
