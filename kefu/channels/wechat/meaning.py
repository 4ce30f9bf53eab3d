"""What a callback asks of us: a turn, a fixed answer, or nothing."""

import re
from dataclasses import dataclass
from enum import Enum

from kefu.brands import brand_or_default
from kefu.channels.binding import SCENE
from kefu.channels.wechat.accounts import Account
from kefu.channels.wechat.incoming import Received
from kefu.channels.wechat.menu import pressed


class Ask(Enum):
    """What is to be done."""

    NOTHING = "nothing"
    FORGET = "forget"  # an unsubscription
    SAY = "say"  # `text` is the customer's
    PRESS = "press"  # `text` is an intent command, `title` what the customer saw
    CLICK = "click"  # `text` is the id of a choice, `title` what the customer saw
    TELL = "tell"  # `text` is our fixed answer, `title` what the customer did
    PICTURE = "picture"  # `text` is a media id
    BIND = "bind"  # `text` is a code
    SCAN = "scan"  # `text` is the scene of a code that was scanned
    CONFIRM = "confirm"  # of what was scanned, if anything; else `text` is the customer's
    UNBIND = "unbind"


@dataclass(frozen=True)
class Meaning:
    """A callback's meaning; `welcome` is said first."""

    ask: Ask
    text: str = ""
    title: str = ""
    welcome: str = ""


HELLO = "您好，欢迎关注{brand}！"
WELCOME = HELLO + "我是在线客服，遇到问题直接打字告诉我就行，也可以从下面选。"
NO_SPEECH = "这段语音没听清。麻烦再说一遍，或者打字告诉我。"
WHERE = "位置收到了。我看不了地图，请用文字说说在那里遇到了什么问题。"
NO_LINK = "链接我打不开。请把想问的事直接打字告诉我，比如订单号、金额、时间。"
NO_FILE = "这种消息我看不了。请打字告诉我遇到了什么问题，也可以发截图。"

_CODE = re.compile(r"绑定\s*[:：]?\s*([0-9A-Za-z][0-9A-Za-z -]{6,10}[0-9A-Za-z])")
_CONFIRM = re.compile(r"(?:(确认|确定|同意)?绑定(微信|网页|账号)?(一下)?[了吧]?|确认|确定|同意)[。.!！]?")
_UNBIND = re.compile(r"(解绑|解除绑定|取消绑定)(微信|账号|网页)?[。.!！]?")
_GO_ON = re.compile(
    r"(继续|接着(说|发)?|好(的|吧|啊)?|嗯+|是(的)?|行|可以|要|来|ok|任意内容|在吗|[?？。.!！~～]+)[。.!！~～]?", re.I
)
_SCENE = "qrscene_"
_BINDING_SCENE = re.compile(re.escape(SCENE) + "[0-9a-f]{32}")


def meaning_of(account: Account, received: Received) -> Meaning:
    """What a callback asks of us."""
    if received.is_event:
        return _event(account, received)
    text = received.text.strip()
    if received.kind == "text":
        if received.key:
            return Meaning(Ask.CLICK, received.key, text)
        return _said(text)
    if received.kind == "voice":
        return _said(text) if text else Meaning(Ask.TELL, NO_SPEECH, "[语音]")
    if received.kind == "image":
        return Meaning(Ask.PICTURE, received.media_id, "[图片]")
    if received.kind == "location":
        return Meaning(Ask.TELL, WHERE, f"[位置] {text}".strip())
    if received.kind == "link":
        return Meaning(Ask.TELL, NO_LINK, f"[链接] {text}".strip())
    return Meaning(Ask.TELL, NO_FILE, "[文件]")


def goes_on(text: str) -> bool:
    """Whether a text only says: go on. A digit may choose something, so it does not."""
    return bool(_GO_ON.fullmatch(text.strip()))


def confirms(text: str) -> bool:
    """Whether a text can only confirm a binding: 确认绑定, not 绑定, which may mean a bank card."""
    found = _CONFIRM.fullmatch(text.strip())
    return bool(found and found[1])


def _said(text: str) -> Meaning:
    if code := _CODE.fullmatch(text):
        return Meaning(Ask.BIND, code[1], "绑定 ********")
    if _CONFIRM.fullmatch(text):
        return Meaning(Ask.CONFIRM, text, text)
    if _UNBIND.fullmatch(text):
        return Meaning(Ask.UNBIND, text, text)
    return Meaning(Ask.SAY, text)


def _event(account: Account, received: Received) -> Meaning:
    name = received.kind.removeprefix("event:")
    if name == "unsubscribe":
        return Meaning(Ask.FORGET)
    if name in ("subscribe", "scan"):
        brand, is_new = brand_or_default(account.brand).name, name == "subscribe"
        scene = received.key.removeprefix(_SCENE)
        if _BINDING_SCENE.fullmatch(scene):
            return Meaning(Ask.SCAN, scene, "扫码绑定", HELLO.format(brand=brand) if is_new else "")
        welcome = WELCOME.format(brand=brand) if is_new else ""
        return Meaning(Ask.PRESS, "/menu", "关注" if welcome else "扫码", welcome)
    if name == "click" and (command := pressed(received.key)):
        return Meaning(Ask.PRESS, *command)
    if name == "click":
        return Meaning(Ask.PRESS, "/menu", "菜单")
    return Meaning(Ask.NOTHING)  # VIEW, LOCATION, results of jobs …
