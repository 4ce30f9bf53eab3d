"""The widget's session: an unguessable conversation id, signed together with its brand."""

import secrets
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

from kefu.settings import settings

MAX_AGE = 30 * 24 * 3600  # seconds


@dataclass(frozen=True)
class Session:
    """Whose conversation it is, and with which wallet."""

    conversation: str
    brand: str


def new_session(brand: str) -> tuple[Session, str]:
    """A session for a visitor nobody knows yet, and the token that proves it."""
    session = Session(f"web-{secrets.token_urlsafe(16)}", brand)
    return session, _signer().dumps([session.conversation, session.brand])


def read_session(token: str) -> Session | None:
    """The session behind a token; None where it is forged or expired."""
    try:
        conversation, brand = _signer().loads(token, max_age=MAX_AGE)
    except (BadData, ValueError, TypeError):
        return None
    return Session(conversation, brand)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret.get_secret_value(), salt="website-session")
