"""绑定微信: a website customer asks for a code, to go on in WeChat as the same customer."""

import hashlib
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from kefu.brands import DEFAULT_BRAND
from kefu.channels.binding import LIFETIME, Bindings
from kefu.channels.door import NotStored
from kefu.channels.limits import Limiter, Rate
from kefu.channels.log import CUSTOMER, NOTICE, Line, MessageLog
from kefu.channels.message import Inbound
from kefu.channels.uploads import Uploads, path_of
from kefu.channels.wechat.accounts import brands_on_wechat
from kefu.channels.wechat.scan_codes import ScanCodes

WORDS = frozenset({"绑定微信", "微信绑定", "绑定公众号", "解绑微信"})
_SHOW = (
    "您的绑定码是 {code}，{minutes} 分钟内有效，只能用一次。\n{how}"
    "绑定后，工单在两边都能查，客服的回复发到您最后用的那一边。"
)
_SCAN = "用微信扫上面的二维码，再按提示确认；或者复制下面这句，发给我们的公众号。"
_TYPE = "请复制下面这句，发给我们的公众号。"
_NOTHING = "现在没有绑定微信。想绑定就发“绑定微信”。"
_UNBOUND = "已经解除绑定。"

# The platform makes 100,000 QR codes a day for an account; whoever gets none can still type the code.
_OF_ONE = Rate(3, 1 / 60)
_OF_ALL = Rate(100, 0.5)


class CodeWords:
    """Answers the words that ask for a code; all other messages are the door's."""

    def __init__(self, log: MessageLog, limiter: Limiter) -> None:
        self._log, self._limiter = log, limiter
        self._bindings = Bindings(log.database)
        self._uploads = Uploads(log.database)
        self._scan_codes = ScanCodes(log.database)

    async def take(self, message: Inbound) -> int | None:
        """The line of a message that asked for a code or an unbinding; None for any other message.

        A repeated message changes nothing. Where the brand has no official account, the bot may answer.

        Raises:
            NotStored: the database is away.
        """
        text = message.text.strip()
        if text not in WORDS or message.brand not in brands_on_wechat():
            return None
        try:
            known = await self._log.find(message.conversation, message.message_id)
            if known is not None:
                return known.seq
            body = await self._answer(message, text)
            lines = [
                Line(CUSTOMER, {"text": text}, message.message_id),
                Line(NOTICE, body, _answer_id(message)),
            ]
            return (await self._log.append(message.conversation, lines))[0].seq  # both or none of them
        except (SQLAlchemyError, OSError) as error:
            raise NotStored("the database is away") from error

    async def close(self) -> None:
        """Close the connections to the platform."""
        await self._scan_codes.close()

    async def _answer(self, message: Inbound, text: str) -> dict[str, Any]:
        if text.startswith("解绑"):
            return {"text": _UNBOUND if await self._bindings.unbind(message.conversation) else _NOTHING}
        brand = message.brand or DEFAULT_BRAND
        code = await self._bindings.new_code(message.conversation, brand, request=message.message_id)
        upload = await self._scan_code(message, brand, code.scene)
        how = _SCAN if upload else _TYPE
        told = {
            "text": _SHOW.format(code=code.text, minutes=LIFETIME.seconds // 60, how=how),
            "custom": {"copy": f"绑定 {code.text}"},
        }
        return {**told, "image": path_of(upload)} if upload else told

    async def _scan_code(self, message: Inbound, brand: str, scene: str) -> str | None:
        """The upload that shows the scene as a QR code, where there may be one."""
        for key, rate in ((message.conversation, _OF_ONE), (brand, _OF_ALL)):
            if await self._limiter.take(f"scan-code:{key}", rate):
                return None
        picture = await self._scan_codes.picture(brand, scene, LIFETIME.seconds)
        if picture is None:
            return None
        return await self._uploads.store(message.conversation, _answer_id(message), brand, picture)


def _answer_id(message: Inbound) -> str:
    """Its own, and not longer than a column however long the message's is."""
    return f"code-{hashlib.sha256(message.message_id.encode()).hexdigest()}"
