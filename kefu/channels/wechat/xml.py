"""The protocol's XML: callbacks read with suspicion, replies written so that no text can break out."""

import time
from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

LARGEST = 64 * 1024  # bytes of a callback; the platform's own texts end at a few kB
_MOST_FIELDS = 64


class BadXml(ValueError):
    """A body that is no callback; the text says why, without repeating any of it."""


def parse(body: bytes) -> dict[str, str]:
    """The fields of a callback by name; of nested ones only their own text.

    Raises:
        BadXml: too large, malformed, with a document type or entities, or not flat XML under `xml`.
    """
    if len(body) > LARGEST:
        raise BadXml("too large")
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:  # LookupError: unknown encoding
        raise BadXml(type(error).__name__) from error
    if root.tag != "xml" or len(root) > _MOST_FIELDS:
        raise BadXml("not a callback")
    return {child.tag: (child.text or "").strip() for child in root}


def text_reply(to: str, sender: str, text: str) -> str:
    """A passive text reply."""
    return _message(to, sender, "text", f"<Content>{_cdata(text)}</Content>")


def transfer_reply(to: str, sender: str, kf_account: str | None = None) -> str:
    """Hand the conversation to WeChat's own customer service; to one of its people where named."""
    inner = f"<TransInfo><KfAccount>{_cdata(kf_account)}</KfAccount></TransInfo>" if kf_account else ""
    return _message(to, sender, "transfer_customer_service", inner)


def envelope(fields: Mapping[str, str]) -> str:
    """The outer XML of an encrypted reply."""
    return f"<xml>{''.join(f'<{name}>{_cdata(value)}</{name}>' for name, value in fields.items())}</xml>"


def writable(text: str) -> str:
    """A text without what XML 1.0 has no way to write."""
    return "".join(filter(_is_writable, text))


def _message(to: str, sender: str, kind: str, inner: str) -> str:
    return (
        f"<xml><ToUserName>{_cdata(to)}</ToUserName><FromUserName>{_cdata(sender)}</FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType>{_cdata(kind)}</MsgType>{inner}</xml>"
    )


def _cdata(text: str) -> str:
    """A CDATA section; what can't be written is left out, and `]]>` is split over two sections."""
    return "<![CDATA[" + writable(text).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _is_writable(character: str) -> bool:
    code = ord(character)
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
