"""The widget's session: whose conversation it is, signed together with its brand and its end."""

import secrets
import time
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

from kefu.sealing import pseudonym, signing_keys

VISITOR_AGE = 30 * 24 * 3600  # seconds; each renewal begins anew
CUSTOMER_AGE = 24 * 3600  # of a logged-in customer: then the site must vouch again


@dataclass(frozen=True)
class Session:
    """Whose conversation it is, with which wallet, and until when (seconds since 1970)."""

    conversation: str
    brand: str
    expires: int

    @property
    def token(self) -> str:
        """What proves the session."""
        return _signer().dumps([self.conversation, self.brand, self.expires])


def visitor_session(brand: str, conversation: str | None = None) -> Session:
    """A session for somebody nobody knows: a new one, or that conversation's renewed."""
    return Session(conversation or f"web-{secrets.token_urlsafe(16)}", brand, int(time.time()) + VISITOR_AGE)


def customer_session(brand: str, customer: str) -> Session:
    """A session for a customer whom the site vouches for: the same conversation on every device."""
    conversation = f"user-{pseudonym('website', brand, customer)[:32]}"
    return Session(conversation, brand, int(time.time()) + CUSTOMER_AGE)


def renewed(session: Session) -> Session:
    """The session with a later end; a customer's keeps its own."""
    is_visitor = session.conversation.startswith("web-")
    return visitor_session(session.brand, session.conversation) if is_visitor else session


def read_session(token: str) -> Session | None:
    """The session behind a token; None where it is forged or expired."""
    try:
        session = Session(*_signer().loads(token))
    except (BadData, ValueError, TypeError):
        return None
    return session if session.expires > time.time() else None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(signing_keys(), salt="website-session")
