"""绑定微信: a website customer asks for a code, to go on in WeChat as the same customer."""

from kefu.brands import DEFAULT_BRAND
from kefu.channels.binding import LIFETIME, Bindings
from kefu.channels.log import CUSTOMER, NOTICE, Line, MessageLog
from kefu.channels.message import Inbound
from kefu.channels.wechat.accounts import brands_on_wechat

WORDS = frozenset({"绑定微信", "微信绑定", "绑定公众号", "解绑微信"})
_SHOW = (
    "您的绑定码是 {code}。\n请在 {minutes} 分钟内打开我们的公众号，发送“绑定 {code}”。"
    "绑定后，工单在两边都能查，客服的回复发到您最后用的那一边。"
)
_NOTHING = "现在没有绑定微信。想绑定就发“绑定微信”。"
_UNBOUND = "已经解除绑定。"


class CodeWords:
    """Answers the words that ask for a code; all other messages are the door's."""

    def __init__(self, log: MessageLog) -> None:
        self._log = log
        self._bindings = Bindings(log.database)

    async def take(self, message: Inbound) -> int | None:
        """The line of a message that asked for a code or an unbinding; None for any other message.

        A repeated message changes nothing. Where the brand has no official account, the bot may answer.
        """
        text = message.text.strip()
        if text not in WORDS or message.brand not in brands_on_wechat():
            return None
        said = Line(CUSTOMER, {"text": text}, message.message_id)
        [logged] = await self._log.append(message.conversation, [said])
        if logged.is_new:
            answer = Line(NOTICE, {"text": await self._answer(message, text)}, f"{message.message_id}.a")
            await self._log.append(message.conversation, [answer])
        return logged.seq

    async def _answer(self, message: Inbound, text: str) -> str:
        if text.startswith("解绑"):
            return _UNBOUND if await self._bindings.unbind(message.conversation) else _NOTHING
        code = await self._bindings.new_code(message.conversation, message.brand or DEFAULT_BRAND)
        return _SHOW.format(code=code.text, minutes=LIFETIME.seconds // 60)
