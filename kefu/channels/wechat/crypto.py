"""Signatures and encryption of the official-account protocol.

Own code because wechatpy compares signatures in a time that depends on the secret.
Protocol: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Message_encryption_and_decryption_instructions.html
"""

import base64
import binascii
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

_BLOCK_BITS = 256  # the protocol pads to 32 bytes, twice AES's block
_HEAD = 20  # bytes: 16 random ones, 4 for the length


class CryptoError(ValueError):
    """A message that is not from the platform, or not for this account."""


def signature(token: str, *parts: str) -> str:
    """The platform's signature over the parts."""
    return hashlib.sha1("".join(sorted((token, *parts))).encode()).hexdigest()


def is_signed(given: str, token: str, *parts: str) -> bool:
    """Whether a signature is right; takes the same time for every wrong one."""
    return hmac.compare_digest(given.encode(), signature(token, *parts).encode())


class MessageCipher:
    """Encrypts and decrypts the messages of one account (AES-CBC)."""

    def __init__(self, aes_key: str, app_id: str) -> None:
        """Take the account's EncodingAESKey (43 characters) and AppID.

        Raises:
            ValueError: the key is not one.
        """
        self._key = base64.b64decode(aes_key + "=", validate=True)
        if len(self._key) != 32:
            raise ValueError("EncodingAESKey 应是 43 个字符")
        self._app_id = app_id.encode()

    def encrypt(self, text: str) -> str:
        """A text as Base64 ciphertext."""
        content = text.encode()
        plain = secrets.token_bytes(16) + len(content).to_bytes(4, "big") + content + self._app_id
        padder = PKCS7(_BLOCK_BITS).padder()
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def decrypt(self, sealed: str) -> bytes:
        """The content of a ciphertext.

        Raises:
            CryptoError: it is broken, or was made for another account.
        """
        try:
            decryptor = self._cipher().decryptor()
            padded = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
            unpadder = PKCS7(_BLOCK_BITS).unpadder()
            plain = unpadder.update(padded) + unpadder.finalize()
        except (ValueError, binascii.Error) as error:
            raise CryptoError("not decryptable") from error
        end = _HEAD + int.from_bytes(plain[16:_HEAD], "big")
        if len(plain) < _HEAD or not hmac.compare_digest(plain[end:], self._app_id):
            raise CryptoError("made for another account")
        return plain[_HEAD:end]

    def _cipher(self) -> Cipher:
        return Cipher(AES(self._key), CBC(self._key[:16]))
