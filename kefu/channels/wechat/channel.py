"""The WeChat channel: `/webhooks/wechat/<account>`, the address that an official account's owner enters."""

import logging
from collections.abc import Mapping
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel
from sanic import Blueprint, Sanic
from sanic.exceptions import PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse, text

from kefu.channels.turn import Handler
from kefu.channels.wechat.accounts import Account, load_accounts
from kefu.channels.wechat.engine import Unanswered
from kefu.channels.wechat.guard import Refused, open_body, verify
from kefu.channels.wechat.incoming import read
from kefu.channels.wechat.reply import body_of
from kefu.channels.wechat.service import Service
from kefu.channels.wechat.xml import LARGEST, BadXml

logger = logging.getLogger(__name__)


class WechatChannel(InputChannel):
    """Serves the accounts of credentials.yml."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts
        self._service = Service(accounts)

    @classmethod
    def name(cls) -> str:
        """Name in the URL and in trackers."""
        return "wechat"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "WechatChannel":
        """The channel with the accounts below `accounts:`, secrets from the environment.

        Raises:
            AccountError: an account can't be served.
        """
        return cls(load_accounts((credentials or {}).get("accounts")))

    def get_output_channel(self) -> OutputChannel:
        """Where the desk's pushes go."""
        return self._service.output

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The routes of the channel."""
        wechat = Blueprint("kefu_wechat", __name__)

        @wechat.listener("before_server_start")
        async def start(app: Sanic, _: Any) -> None:
            await self._service.start(on_new_message, app)

        @wechat.listener("before_server_stop")
        async def stop(*_: Any) -> None:
            await self._service.close()

        @wechat.get("/")
        async def health(_: Request) -> HTTPResponse:
            return text("ok")

        @wechat.get("/<name>")
        async def confirm_address(request: Request, name: str) -> HTTPResponse:
            account = self._accounts.get(name)
            if account is None:
                return text("没有这个公众号", status=404)
            try:
                verify(account, _query(request))
            except Refused as error:
                return _refuse(account, error)
            return text(_query(request).get("echostr", ""))

        @wechat.get("/<name>/open")
        async def is_open(_: Request, name: str) -> HTTPResponse:
            return text("ok") if name in self._accounts else text("没有这个公众号", status=404)

        @wechat.post("/<name>", stream=True)
        async def receive(request: Request, name: str) -> HTTPResponse | None:
            account = self._accounts.get(name)
            if account is None:
                return text("没有这个公众号", status=404)
            return await self._receive(account, request)

        return wechat

    async def _receive(self, account: Account, request: Request) -> HTTPResponse | None:
        query = _query(request)
        try:
            verify(account, query)  # before anything of the body is read
            opened = open_body(account, query, await _body(request))
            received = read(opened.fields)
            claim = await self._service.engine.answer(account, received, query)
        except Refused as error:
            return _refuse(account, error)
        except PayloadTooLarge:
            return text("too large", status=413)
        except Unanswered:
            return text("later", status=503)
        except BadXml as error:
            logger.warning("callback not understood: account=%s: %s", account.name, error)
            return text("bad request", status=400)
        if claim is None:
            return text("success")
        body = body_of(account, received, claim, opened.encrypted)
        response = await request.respond(HTTPResponse(body=body, content_type="text/xml; charset=utf-8"))
        await response.eof()  # raises where the platform has hung up: then nothing is confirmed
        await self._service.engine.confirm(claim)
        return None


async def _body(request: Request) -> bytes:
    """The body of a callback.

    Raises:
        PayloadTooLarge: it is larger than any of them; the rest of it is not read.
    """
    request.stream.request_max_size = LARGEST
    return b"".join([part async for part in request.stream])


def _query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in request.args.items() if values}


def _refuse(account: Account, error: Refused) -> HTTPResponse:
    logger.warning("callback refused: account=%s: %s", account.name, error)
    return text("forbidden", status=403)
