"""The platform's HTTP API, as far as a customer service needs it. No error of it ever carries a secret."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from kefu.channels.uploads import Picture
from kefu.channels.wechat.accounts import Account
from kefu.channels.wechat.tokens import Ask, Tokens

TIMEOUT = 8.0  # seconds; shorter than a delivery's claim
LARGEST_MEDIA = 5 * 2**20  # bytes

BAD_TOKEN = frozenset({40001, 40014, 42001})
# 40004 type, 40005 file, 40006 and 40009 size, 41005 none, 44001 empty, 45001 size, 48001 not allowed
BAD_PICTURE = frozenset({40004, 40005, 40006, 40009, 41005, 44001, 45001, 48001})
BAD_MEDIA = 40007  # a media id that is not good any more
NOT_NOW = frozenset({45015, 45047, 43004, 48001, 40003, 45002})  # no repetition helps: the user must write first


Body = Mapping[str, Any] | Picture  # sent as JSON, or as a form


class ApiError(Exception):
    """The platform has refused a call, or could not be reached (code -1: nobody knows what became of it)."""

    def __init__(self, code: int, meaning: str = "") -> None:
        super().__init__(f"{code} {meaning}".strip())
        self.code = code


class WechatApi:
    """Calls for all accounts of this process; belongs to one event loop."""

    def __init__(self, tokens: Tokens, session: aiohttp.ClientSession) -> None:
        self._tokens = tokens
        self._session = session

    async def send(self, account: Account, message: Mapping[str, Any]) -> None:
        """Send a customer-service message.

        Raises:
            ApiError: it was not sent, or nobody knows.
        """
        await self._post(account, "/cgi-bin/message/custom/send", message)

    async def typing(self, account: Account, openid: str) -> None:
        """Show 对方正在输入 for a while.

        Raises:
            ApiError: it was not shown.
        """
        await self._post(account, "/cgi-bin/message/custom/typing", {"touser": openid, "command": "Typing"})

    async def create_menu(self, account: Account, menu: Mapping[str, Any]) -> None:
        """Replace the menu of an account.

        Raises:
            ApiError: the platform has refused it.
        """
        await self._post(account, "/cgi-bin/menu/create", menu)

    async def scan_code(self, account: Account, scene: str, seconds: int) -> str:
        """The address that a QR code holds by which users come to the account with a scene.

        https://developers.weixin.qq.com/doc/offiaccount/Account_Management/Generating_a_Parametric_QR_Code.html

        Raises:
            ApiError: the platform gives none.
        """
        body = {
            "expire_seconds": seconds,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        return str(_wanted(await self._post(account, "/cgi-bin/qrcode/create", body), "url"))

    async def upload(self, account: Account, picture: Picture) -> str:
        """The media id under which the platform keeps a picture for three days.

        https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/New_temporary_materials.html

        Raises:
            ApiError: it was not taken.
        """
        found = await self._post(account, "/cgi-bin/media/upload", picture, {"type": "image"})
        return str(_wanted(found, "media_id"))

    async def media(self, account: Account, media_id: str) -> bytes:
        """A picture that a user has sent.

        Raises:
            ApiError: it is not there, too large, or the platform was not reached.
        """
        _, content = await self._authorised(account, "GET", "/cgi-bin/media/get", {"media_id": media_id}, None)
        return content

    async def _post(
        self, account: Account, path: str, body: Body, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        found, _ = await self._authorised(account, "POST", path, query or {}, body)
        return found

    async def _authorised(
        self, account: Account, method: str, path: str, query: Mapping[str, str], body: Body | None
    ) -> tuple[dict[str, Any], bytes]:
        """A call with a token; once more with a new one where the platform refuses this one."""
        token = await self._tokens.get(account)
        try:
            return await request(self._session, account, method, path, {**query, "access_token": token}, body)
        except ApiError as error:
            if error.code not in BAD_TOKEN:
                raise
        token = await self._tokens.get(account, refused=token)
        return await request(self._session, account, method, path, {**query, "access_token": token}, body)


async def request(
    session: aiohttp.ClientSession,
    account: Account,
    method: str,
    path: str,
    query: Mapping[str, str],
    body: Body | None,
) -> tuple[dict[str, Any], bytes]:
    """One call: the JSON of the answer ({} where it is none) and its bytes.

    Raises:
        ApiError: with the platform's code, or -1 without an answer.
    """
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    try:
        async with session.request(
            method, account.api_url + path, params=query, data=_data(body), timeout=timeout
        ) as answer:
            content = await answer.content.read(LARGEST_MEDIA + 1)
            if answer.status != 200:
                raise ApiError(-1, f"HTTP {answer.status}")
            while len(content) <= LARGEST_MEDIA and (more := await answer.content.read(LARGEST_MEDIA)):
                content += more
            kind = answer.content_type
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
        raise ApiError(-1, type(error).__name__) from None  # its text may hold the address with the token
    if len(content) > LARGEST_MEDIA:
        raise ApiError(-1, "too large")
    found = _json(content) if kind in ("application/json", "text/plain", "text/html") else {}
    code = found.get("errcode") or 0
    if code:
        raise ApiError(int(code), str(found.get("errmsg", ""))[:80])
    return found, content


def _data(body: Body | None) -> bytes | aiohttp.FormData | None:
    """A body as it is sent; a form can be sent only once."""
    if not isinstance(body, Picture):
        return None if body is None else json.dumps(body, ensure_ascii=False).encode()
    form = aiohttp.FormData()
    name = f"picture.{body.media_type.removeprefix('image/')}"
    form.add_field("media", body.content, filename=name, content_type=body.media_type)
    return form


def _wanted(found: Mapping[str, Any], name: str) -> Any:
    if not found.get(name):
        raise ApiError(-1, f"no {name} in the answer")
    return found[name]


def _json(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def asking(session: aiohttp.ClientSession) -> Ask:
    """How `Tokens` asks the platform: by stable_token, which does not void the token that others use."""

    async def ask(account: Account, force: bool) -> tuple[str, float]:
        body = {
            "grant_type": "client_credential",
            "appid": account.app_id,
            "secret": account.secret.get_secret_value(),
            "force_refresh": force,
        }
        found, _ = await request(session, account, "POST", "/cgi-bin/stable_token", {}, body)
        try:
            return str(found["access_token"]), float(found["expires_in"])
        except (KeyError, ValueError, TypeError):
            raise ApiError(-1, "no token in the answer") from None

    return ask
