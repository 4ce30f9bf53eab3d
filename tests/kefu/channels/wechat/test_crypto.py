"""Our cryptography against wechatpy's and the simulator's, and against those who have no key."""

import base64

import pytest
from wechatpy.crypto import PrpCrypto

from kefu.channels.wechat.crypto import CryptoError, MessageCipher, is_signed, signature
from sim.wechat import crypto as platform

KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
TEXT = "<xml><Content>退款🙂</Content></xml>"


def test_reads_what_others_write_and_writes_what_others_read() -> None:
    ours, theirs = MessageCipher(KEY, "wx1"), PrpCrypto(base64.b64decode(KEY + "="))
    assert ours.decrypt(platform.encrypt(KEY, "wx1", TEXT)).decode() == TEXT
    assert ours.decrypt(theirs.encrypt(TEXT, "wx1").decode()).decode() == TEXT
    assert platform.decrypt(KEY, "wx1", ours.encrypt(TEXT)) == TEXT
    assert theirs.decrypt(ours.encrypt(TEXT), "wx1") in (TEXT, TEXT.encode())


@pytest.mark.parametrize("length", range(0, 70))
def test_pads_every_length(length: int) -> None:
    ours = MessageCipher(KEY, "wx1")
    assert ours.decrypt(ours.encrypt("x" * length)) == b"x" * length


@pytest.mark.parametrize("sealed", ["", "A", "not base64!", "AAAA", base64.b64encode(b"x" * 32).decode()])
def test_refuses_what_is_broken(sealed: str) -> None:
    with pytest.raises(CryptoError):
        MessageCipher(KEY, "wx1").decrypt(sealed)


def test_refuses_what_is_for_another_account() -> None:
    with pytest.raises(CryptoError):
        MessageCipher(KEY, "wx1").decrypt(platform.encrypt(KEY, "wx2", TEXT))


@pytest.mark.parametrize("key", ["", "short", "!" * 43])
def test_refuses_a_key_that_is_none(key: str) -> None:
    with pytest.raises(ValueError):
        MessageCipher(key, "wx1")


def test_signs_as_the_platform_does() -> None:
    assert signature("token", "123", "abc") == platform.sign("token", "123", "abc")
    assert is_signed(platform.sign("token", "123", "abc"), "token", "123", "abc")
    for forged in ("", "0" * 40, "签名", platform.sign("other", "123", "abc")):
        assert not is_signed(forged, "token", "123", "abc")
