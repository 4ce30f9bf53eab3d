"""User tokens: a wallet's own back end vouches for the customer who is logged in (docs/website.md)."""

import base64
import binascii
import hashlib
import hmac
import json
import time

from kefu.sealing import derived_secrets
from kefu.settings import by_brand, settings

_LONGEST = 2_000  # characters of a token
_LONGEST_CUSTOMER = 128


def site_secret(brand: str) -> str:
    """The secret that a brand's site signs with: that of KEFU_SITE_SECRETS, else one derived from KEFU_SECRET."""
    return _site_secrets(brand)[-1]


def _site_secrets(brand: str) -> list[str]:
    """Also that from before a change of the key, for as long as the site may take to hear of the new one."""
    own = by_brand(settings().site_secrets.get_secret_value()).get(brand)
    return [own] if own else derived_secrets("site-secret", brand)


def sign_user_token(brand: str, customer: str, expires: int, secret: str) -> str:
    """What a site's back end does: `base64url(json {sub, brand, exp}) . base64url(HMAC-SHA256)`, without padding.

    Args:
        customer: the site's own id of the customer; we keep only a keyed digest of it.
        expires: seconds since 1970.
    """
    claims = _encode(json.dumps({"sub": customer, "brand": brand, "exp": expires}).encode())
    return f"{claims}.{_signature(claims, secret)}"


def read_user_token(token: str, brand: str) -> str | None:
    """The customer whom a token names; None where it is forged, expired, or of another brand."""
    claims, _, signature = token.partition(".")
    if not token.isascii() or len(token) > _LONGEST:
        return None
    if not any(hmac.compare_digest(_signature(claims, secret), signature) for secret in _site_secrets(brand)):
        return None
    try:
        content = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        customer, of_brand, expires = content["sub"], content["brand"], content["exp"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None
    is_good = isinstance(customer, str) and 0 < len(customer) <= _LONGEST_CUSTOMER
    is_late = not isinstance(expires, int | float) or isinstance(expires, bool) or expires <= time.time()
    return customer if is_good and of_brand == brand and not is_late else None


def _signature(claims: str, secret: str) -> str:
    return _encode(hmac.new(secret.encode(), claims.encode(), hashlib.sha256).digest())


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
