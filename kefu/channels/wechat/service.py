"""The parts of the channel in one process, put together."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
from sanic import Sanic

from kefu.channels.door import Door
from kefu.channels.limits import Limiter
from kefu.channels.log import Logged, MessageLog
from kefu.channels.prepare import prepare
from kefu.channels.push import LoggedOutput
from kefu.channels.rasa_agent import RasaAgent
from kefu.channels.turn import Handler
from kefu.channels.wake import wakeups
from kefu.channels.wechat.accounts import Account
from kefu.channels.wechat.api import WechatApi, asking
from kefu.channels.wechat.courier import Courier
from kefu.channels.wechat.delivery import Deliveries
from kefu.channels.wechat.engine import Engine
from kefu.channels.wechat.guard import Nonces
from kefu.channels.wechat.pictures import Pictures
from kefu.channels.wechat.tasks import Tasks
from kefu.channels.wechat.tokens import Tokens
from kefu.database import database
from kefu.settings import settings

logger = logging.getLogger(__name__)


class WechatOutput(LoggedOutput):
    """What the desk says to a WeChat user: logged first, then brought at once where it may be."""

    def __init__(self, service: "Service") -> None:
        super().__init__("wechat", service.log, service.wakeups)
        self._service = service

    async def push(self, conversation: str, message: dict[str, Any]) -> Logged | None:
        """Write a message and send the courier."""
        logged = await super().push(conversation, message)
        if logged is not None:
            self._service.kick(conversation)
        return logged


class Service:
    """What the channel of one process shares; started with the server, because it belongs to its event loop."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts
        self.log = MessageLog(database())
        self.wakeups = wakeups()
        self.output = WechatOutput(self)

    async def start(self, on_new_message: Handler, app: Sanic) -> None:
        """Open the door, take up what a dead process has left, send what is owed."""
        self._session = aiohttp.ClientSession()
        api = WechatApi(Tokens(database(), asking(self._session)), self._session)
        agent = RasaAgent(app)
        pictures = Pictures(database(), api)
        self._courier = Courier(Deliveries(database()), pictures, Nonces(database()), api, self._accounts)
        self._door = Door(on_new_message, self.log, self.wakeups, agent, self._deliver)
        self._limiter = Limiter(settings().redis_url)
        tasks = Tasks(database(), self._door, self.log, self.wakeups, api, _intent_of(app), self._limiter)
        self.engine = Engine(database(), tasks, self.log, self.wakeups, self._courier)
        if self._accounts:
            self._door.recover("wechat")
            self._courier.start()

    async def close(self) -> None:
        """Finish what is at work, within bounds."""
        await self.engine.close()
        await self._door.close()
        await self._courier.close()
        await self.wakeups.close()
        await self._limiter.close()
        await self._session.close()

    def kick(self, conversation: str) -> None:
        """There is something for a user."""
        self._courier.kick(conversation)

    async def _deliver(self, conversation: str, _: Sequence[Logged]) -> None:
        self._courier.kick(conversation)


def _intent_of(app: Sanic) -> Any:
    async def intent_of(said: str) -> str:
        readable = prepare(said, settings().max_message_chars).text
        try:
            parsed = await app.ctx.agent.parse_message(readable)
        except Exception as error:  # whatever it is: the turn that follows says something in every case
            logger.error("intent not found: %s", type(error).__name__)
            return ""
        return str((parsed.get("intent") or {}).get("name") or "")

    return intent_of
