"""What runs beside the desk's web application: couriers and the watch; started and ended with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from kefu.database import Database
from kefu.desk.outbox.courier import Courier
from kefu.desk.outbox.senders import TIMEOUT, CustomerSender, StaffSender, WebhookSender
from kefu.desk.outbox.store import Kind
from kefu.desk.watch import Watch
from kefu.settings import Settings


@asynccontextmanager
async def workers(database: Database, settings: Settings) -> AsyncIterator[None]:
    """Run them for the length of the block."""
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, follow_redirects=False) as client:
        jobs = (
            Courier(database, Kind.CUSTOMER, CustomerSender(settings, client)).run(),
            Courier(database, Kind.WEBHOOK, WebhookSender(database, settings, client)).run(),
            Courier(database, Kind.STAFF, StaffSender()).run(),
            Watch(database, settings).run(),
        )
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
