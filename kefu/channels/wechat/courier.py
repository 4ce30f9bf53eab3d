"""The courier: brings what users have not got yet by the customer-service API, for as long as the process runs."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kefu.channels.wechat import delivery
from kefu.channels.wechat.accounts import Account
from kefu.channels.wechat.api import BAD_MEDIA, NOT_NOW, ApiError, WechatApi
from kefu.channels.wechat.delivery import Claim, Deliveries
from kefu.channels.wechat.guard import Nonces
from kefu.channels.wechat.pictures import Pictures
from kefu.channels.wechat.users import account_name

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_PURGE_EVERY = 600  # looks
_AT_ONCE = 20  # users
_OF_CLAIM = 0.8  # part of a claim's time that sending may take
_CLOSING_SECONDS = 5.0


class Courier:
    """Sends by the API; several processes may each have one."""

    def __init__(
        self,
        deliveries: Deliveries,
        pictures: Pictures,
        nonces: Nonces,
        api: WechatApi,
        accounts: Mapping[str, Account],
    ) -> None:
        """A courier; it also clears away what is too old to matter."""
        self._deliveries = deliveries
        self._pictures = pictures
        self._nonces = nonces
        self._api = api
        self._accounts = accounts
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._typing: set[asyncio.Task[None]] = set()
        self._ahead: set[asyncio.Task[None]] = set()
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look for what is owed, now and every second."""
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Finish what is being sent, within a bound."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})
        if sending := {*self._tasks.values(), *self._ahead}:
            await asyncio.wait(sending, timeout=_CLOSING_SECONDS)

    def kick(self, conversation: str) -> None:
        """There may be something for a user: send it in the background. What this misses, the next look finds."""
        if conversation in self._tasks:
            self._again.add(conversation)  # who is at it has perhaps just found nothing more
        elif account_name(conversation) in self._accounts:
            self._tasks[conversation] = asyncio.create_task(self._bring_all(conversation))

    async def bring_ahead(self, conversation: str, reserved: datetime, patience: float) -> None:
        """Send what stands before the transfer that goes back with a callback, `Deliveries.by_api`; wait so long."""
        task = asyncio.create_task(self._bring(conversation, reserved))
        self._ahead.add(task)
        task.add_done_callback(self._ahead.discard)
        await asyncio.wait({task}, timeout=max(patience, 0.0))

    def show_typing(self, account: Account, openid: str) -> None:
        """Tell a user in the background that the answer is being made."""
        task = asyncio.create_task(self._type(account, openid))
        self._typing.add(task)
        task.add_done_callback(self._typing.discard)

    async def _type(self, account: Account, openid: str) -> None:
        try:
            await self._api.typing(account, openid)
        except Exception as error:  # only a courtesy
            logger.info("typing not shown: account=%s %s", account.name, type(error).__name__)

    async def _bring_all(self, conversation: str) -> None:
        try:
            await self._bring(conversation)
            while conversation in self._again:
                self._again.discard(conversation)
                await self._bring(conversation)
        finally:
            self._again.discard(conversation)
            del self._tasks[conversation]

    async def _bring(self, conversation: str, reserved: datetime | None = None) -> None:
        account = self._accounts[account_name(conversation)]
        try:
            async with self._slots:
                while claim := await self._deliveries.by_api(conversation, account.api, reserved):
                    if not await self._sent(account, claim):
                        return
        except Exception as error:  # the database: the next look tries again
            logger.error("delivery stopped: account=%s: %s", account.name, type(error).__name__)

    async def _sent(self, account: Account, claim: Claim) -> bool:
        try:
            await self._send(account, claim)
        except ApiError as error:
            if error.code == BAD_MEDIA:
                await self._pictures.forget(account, claim.upload)
            needs_user = error.code in NOT_NOW
            delay = await self._deliveries.refused(claim, needs_user)
            again = "when the user writes" if needs_user else f"in {delay:.0f} s"
            logger.warning("not sent: account=%s %s, again %s", account.name, error, again)
            return False
        await self._deliveries.confirm(claim)
        return True

    async def _send(self, account: Account, claim: Claim) -> None:
        """Send a claim while it is ours: later, another process may be sending it.

        Raises:
            ApiError: it was not sent, or nobody knows.
        """

        async def send() -> None:
            media_id = None
            if claim.upload:
                media_id = await self._pictures.media_id(account, claim.conversation, claim.upload)
            await self._api.send(account, message(claim, media_id))

        try:
            await asyncio.wait_for(send(), delivery.CLAIM.total_seconds() * _OF_CLAIM)
        except asyncio.TimeoutError:
            raise ApiError(-1, "slow") from None

    async def _look(self) -> None:
        looks = 0
        while True:
            try:
                for conversation in await self._deliveries.owing(list(self._accounts)):
                    self.kick(conversation)
                if looks % _PURGE_EVERY == 0:
                    await self._deliveries.purge()
                    await self._nonces.purge()
                    await self._pictures.purge()
            except Exception as error:  # whatever it is, the next look may do
                logger.warning("could not look for what is owed: %s", type(error).__name__)
            looks += 1
            await asyncio.sleep(_LOOK_SECONDS)


def message(claim: Claim, media_id: str | None = None) -> dict[str, Any]:
    """A claim as the API wants it; of a picture without a media id only the text that stands for it."""
    if media_id:
        return {"touser": claim.openid, "msgtype": "image", "image": {"media_id": media_id}}
    if claim.kind != "msgmenu":
        return {"touser": claim.openid, "msgtype": "text", "text": {"content": claim.text}}
    choices = [{"id": choice.id, "content": choice.title} for choice in claim.choices]
    menu = {"head_content": claim.text, "list": choices, "tail_content": ""}
    return {"touser": claim.openid, "msgtype": "msgmenu", "msgmenu": menu}
