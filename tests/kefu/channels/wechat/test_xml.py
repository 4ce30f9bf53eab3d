"""Callbacks are read with suspicion; no text breaks out of a reply."""

from contextlib import suppress
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.channels.wechat.xml import LARGEST, BadXml, envelope, parse, text_reply, transfer_reply

BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>"""
FILE = b"""<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>"""


def test_reads_fields() -> None:
    body = "<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[退<b>&款]]></Content><X/></xml>"
    assert parse(body.encode()) == {"MsgType": "text", "Content": "退<b>&款", "X": ""}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"hello",
        b"<xml>",
        b"<xml></xml><xml/>",
        b"<html><MsgType>text</MsgType></html>",
        b'<?xml version="1.0" encoding="no-such"?><xml/>',
        b"<!DOCTYPE xml><xml/>",
        BOMB,
        FILE,
        b"<xml>" + b"<a/>" * 65 + b"</xml>",
        b"<xml><Content>" + b"x" * LARGEST + b"</Content></xml>",
    ],
)
def test_refuses_what_is_no_callback(body: bytes) -> None:
    with pytest.raises(BadXml):
        parse(body)


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_or_refused(body: bytes) -> None:
    with suppress(BadXml):
        parse(body)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.just("]]>") | st.just("a]]]]>>b]]>"))
def test_a_reply_says_exactly_its_text(text: str) -> None:
    root = ElementTree.fromstring(text_reply("o1", "gh", text))
    assert [child.tag for child in root] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    said = root.findtext("Content") or ""
    writable = "".join(one for one in text if one in "\t\n\r" or 0x20 <= ord(one) not in (0xFFFE, 0xFFFF))
    assert said == writable.replace("\r\n", "\n").replace("\r", "\n")


def test_a_transfer_names_whom() -> None:
    root = ElementTree.fromstring(transfer_reply("o1", "gh", "kf1@shop"))
    assert root.findtext("MsgType") == "transfer_customer_service"
    assert root.findtext("TransInfo/KfAccount") == "kf1@shop"
    assert ElementTree.fromstring(transfer_reply("o1", "gh")).find("TransInfo") is None


def test_an_envelope_is_flat() -> None:
    assert parse(envelope({"Encrypt": "a]]>b", "Nonce": "1"}).encode()) == {"Encrypt": "a]]>b", "Nonce": "1"}
