"""The webhooks that other systems have registered."""

import secrets
from collections.abc import Collection
from datetime import datetime, timezone

from sqlalchemy import select

from kefu.database import Database
from kefu.desk.errors import Unacceptable
from kefu.desk.outbox.addresses import AddressRefused, pinned
from kefu.desk.outbox.models import Webhook
from kefu.desk.outbox.webhooks import EVENTS
from kefu.sealing import seal
from kefu.settings import settings


class Webhooks:
    """Webhooks over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Webhook]:
        """Every webhook, the disabled as well."""
        async with self._database.read() as session:
            return list((await session.execute(select(Webhook).order_by(Webhook.id))).scalars())

    async def add(self, url: str, events: Collection[str]) -> tuple[Webhook, str]:
        """Register one; returns it with the secret that signs its deliveries.

        Raises:
            Unacceptable: an event is unknown, or the address is one that webhooks must not go to.
        """
        unknown = [event for event in events if event not in EVENTS]
        if unknown or not events:
            raise Unacceptable(f"事件只有 {'、'.join(EVENTS)}")
        try:
            await pinned(url, settings().webhook_private)
        except AddressRefused as error:
            raise Unacceptable(str(error)) from error
        secret = secrets.token_urlsafe(32)
        hook = Webhook(
            url=url,
            secret_sealed=seal(secret),
            events=sorted(set(events)),
            failures=0,
            created_at=datetime.now(timezone.utc),
        )
        async with self._database.write() as session:
            session.add(hook)
        return hook, secret

    async def switch(self, webhook_id: int, *, on: bool) -> bool:
        """Switch one on or off; False where there is none."""
        async with self._database.write() as session:
            hook = await session.get(Webhook, webhook_id, with_for_update=True)
            if hook is None:
                return False
            if on:
                hook.disabled_at, hook.disabled_why, hook.failures = None, None, 0
            elif not hook.disabled_at:
                hook.disabled_at, hook.disabled_why = datetime.now(timezone.utc), "手动停用"
            return True
