"""How a thing gets out: to a customer through Rasa, to a webhook, to the staff. Each raises Undeliverable."""

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from urllib.parse import quote

import apprise
import httpx
import orjson

from kefu.database import Database
from kefu.desk.outbox.addresses import AddressRefused, pinned
from kefu.desk.outbox.courier import Hopeless, Undeliverable
from kefu.desk.outbox.models import Delivery, Webhook
from kefu.desk.outbox.staff import addresses
from kefu.sealing import unseal
from kefu.settings import Settings

logger = logging.getLogger(__name__)

TIMEOUT = 10.0  # seconds for one try
MOST_FAILURES = 20  # in a row, then a webhook is switched off
SIGNATURE = "X-Kefu-Signature"


# How a channel of ours names its conversations, and how Rasa names it; nobody hears what goes through REST.
_WECHAT = "wechat"
_CHANNELS = {"wx-": _WECHAT, "web-": "website", "user-": "website"}
_LATEST = "latest"  # where the id does not say it: the channel of the last user message on record
_UNHEARD = (None, "rest")


class CustomerSender:
    """Pushes a bot event into a conversation; Rasa hands it to the channel whose conversation it is."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient) -> None:
        self._settings, self._client = settings, client

    async def __call__(self, delivery: Delivery) -> None:
        """Deliver, or raise."""
        conversation = unseal(delivery.target)
        if conversation is None:
            raise Hopeless("客户信息打不开：当时的密钥已经不在了")
        url = f"{self._settings.rasa_url}/conversations/{quote(conversation, safe='')}/tracker/events"
        channel = channel_of(conversation)
        await self._check_is_open(channel, conversation)
        query = {
            "output_channel": channel,
            "execute_side_effects": "true",
            "token": self._settings.rasa_token.get_secret_value(),
        }
        answer = await _post(self._client, url, orjson.dumps(delivery.body), "机器人服务", params=query)
        if channel == _LATEST and answer.json().get("latest_input_channel") in _UNHEARD:
            raise Hopeless("这个对话没有能主动发消息的渠道，客户看不到")

    async def _check_is_open(self, channel: str, conversation: str) -> None:
        """Of a channel that it has not opened Rasa collects a push, and answers 200 (docs/decisions/0067).

        Raises:
            Undeliverable: Rasa has not opened the channel, or not for this account.
        """
        if channel != _WECHAT:
            return
        account = conversation.split("-")[1]
        url = f"{self._settings.rasa_url}/webhooks/wechat/{quote(account, safe='')}/open"
        answer = await _asked(self._client.get(url), "机器人服务")
        if answer.status_code == 404:
            logger.warning("a customer can't be reached: credentials.yml has no WeChat account %s", account)
            raise Undeliverable(f"credentials.yml 里没有公众号 {account}，客户收不到；加上并重启以后会自动补发")


def channel_of(conversation: str) -> str:
    """What Rasa is told as the output channel of a conversation (docs/decisions/0060)."""
    return next((name for prefix, name in _CHANNELS.items() if conversation.startswith(prefix)), _LATEST)


class WebhookSender:
    """Posts a signed event to another system; switches off one that fails again and again."""

    def __init__(
        self, database: Database, settings: Settings, client: httpx.AsyncClient, clock: Callable[[], float] = time.time
    ) -> None:
        self._database, self._settings, self._client, self._clock = database, settings, client, clock

    async def __call__(self, delivery: Delivery) -> None:
        """Deliver, or raise."""
        async with self._database.read() as session:
            hook = await session.get(Webhook, int(delivery.target))
        if hook is None or hook.disabled_at:
            raise Hopeless("这个 webhook 已停用")
        secret = unseal(hook.secret_sealed)
        if secret is None:
            raise Hopeless("webhook 的签名密钥打不开")
        body, moment = orjson.dumps(delivery.body), int(self._clock())
        headers = {
            "X-Kefu-Event": str(delivery.body["event"]),
            "X-Kefu-Delivery": str(delivery.id),
            SIGNATURE: f"t={moment},v1={sign(secret, moment, body)}",
        }
        try:
            url, host, extensions = await pinned(hook.url, self._settings.webhook_private)
            await _post(self._client, url, body, "对方", headers={**headers, "Host": host}, extensions=extensions)
        except AddressRefused as error:
            await self._count(hook.id, str(error))
            raise Hopeless(str(error)) from error
        except Undeliverable as error:
            await self._count(hook.id, str(error))
            raise
        if hook.failures:
            await self._count(hook.id, None)

    async def _count(self, hook_id: int, problem: str | None) -> None:
        async with self._database.write() as session:
            hook = await session.get(Webhook, hook_id, with_for_update=True)
            if hook is None:
                return
            hook.failures = hook.failures + 1 if problem else 0
            if hook.failures >= MOST_FAILURES and not hook.disabled_at:
                hook.disabled_at = datetime.now(timezone.utc)
                hook.disabled_why = f"连续失败 {hook.failures} 次：{problem}"[:200]


class StaffSender:
    """Tells one of the staff's addresses, in a thread (apprise is synchronous)."""

    async def __call__(self, delivery: Delivery) -> None:
        """Deliver, or raise."""
        url = addresses().get(delivery.target)
        if url is None:
            raise Hopeless("这个通知地址已经不在 KEFU_NOTIFY_URLS 里")
        if not await asyncio.to_thread(_notify, url, delivery.body["title"], delivery.body["text"]):
            raise Undeliverable("通知没有发出去")


def sign(secret: str, moment: int, body: bytes) -> str:
    """The signature that a receiver computes over `<t>.<body>` and compares."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


async def _post(
    client: httpx.AsyncClient,
    url: str,
    body: bytes,
    whom: str,
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    extensions: dict[str, str] | None = None,
) -> httpx.Response:
    """Post JSON; anything but 2xx raises. An address may hold a secret, so it is in no text."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    answer = await _asked(client.post(url, content=body, params=params, headers=sent, extensions=extensions), whom)
    if not answer.is_success:
        raise Undeliverable(f"{whom}没有收下（HTTP {answer.status_code}）")
    return answer


async def _asked(asking: Awaitable[httpx.Response], whom: str) -> httpx.Response:
    try:
        return await asyncio.wait_for(asking, TIMEOUT)
    except (httpx.HTTPError, asyncio.TimeoutError) as error:
        raise Undeliverable(f"{whom}连不上（{type(error).__name__}）") from error


def _notify(url: str, subject: str, text: str) -> bool:
    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines can hold addresses with keys
    target = apprise.Apprise()
    return bool(target.add(url)) and bool(target.notify(body=text, title=subject))
