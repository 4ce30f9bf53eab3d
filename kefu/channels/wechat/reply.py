"""A claim as the body of a callback's answer."""

import secrets
import time

from kefu.channels.wechat.accounts import Account
from kefu.channels.wechat.crypto import signature
from kefu.channels.wechat.delivery import Claim
from kefu.channels.wechat.incoming import Received
from kefu.channels.wechat.xml import envelope, text_reply, transfer_reply


def body_of(account: Account, received: Received, claim: Claim, is_encrypted: bool) -> str:
    """The XML that goes back, encrypted where the callback was."""
    to, sender = received.openid, received.account_id
    if claim.kind == "transfer":
        plain = transfer_reply(to, sender, account.kf_account or None)
    else:
        plain = text_reply(to, sender, claim.text)
    cipher = account.cipher
    if not is_encrypted or cipher is None:
        return plain
    sealed, stamp, nonce = cipher.encrypt(plain), str(int(time.time())), secrets.token_hex(8)
    return envelope(
        {
            "Encrypt": sealed,
            "MsgSignature": signature(account.token.get_secret_value(), stamp, nonce, sealed),
            "TimeStamp": stamp,
            "Nonce": nonce,
        }
    )
