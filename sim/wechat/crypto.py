"""Signatures and message encryption as the platform does them."""

import base64
import hashlib
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_PAD = 32  # bytes: the platform pads to twice the cipher's block


def sign(*parts: str) -> str:
    """SHA-1 over the sorted parts, hexadecimal."""
    joined = "".join(sorted(parts))
    return hashlib.sha1(joined.encode()).hexdigest()


def encrypt(key: str, app_id: str, text: str) -> str:
    """Encrypt an XML text for an account; `key` is its EncodingAESKey of 43 characters."""
    raw = base64.b64decode(key + "=")
    content = text.encode()
    message = os.urandom(16) + struct.pack("!I", len(content)) + content + app_id.encode()
    fill = _PAD - len(message) % _PAD
    encryptor = Cipher(AES(raw), CBC(raw[:16])).encryptor()
    secret = encryptor.update(message + bytes([fill]) * fill) + encryptor.finalize()
    return base64.b64encode(secret).decode()


def decrypt(key: str, app_id: str, secret: str) -> str:
    """The XML text that an account has encrypted.

    Raises:
        ValueError: it is not for this account, or broken.
    """
    raw = base64.b64decode(key + "=")
    decryptor = Cipher(AES(raw), CBC(raw[:16])).decryptor()
    message = decryptor.update(base64.b64decode(secret, validate=True)) + decryptor.finalize()
    fill = message[-1]
    if not 1 <= fill <= _PAD or message[-fill:] != bytes([fill]) * fill:
        raise ValueError("bad padding")
    message = message[:-fill]
    (length,) = struct.unpack("!I", message[16:20])
    if message[20 + length :].decode() != app_id:
        raise ValueError("not for this account")
    return message[20 : 20 + length].decode()
