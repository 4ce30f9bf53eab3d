"""Tables of the people at the desk: who they are, how they signed in, which programs may use the API."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Text

from kefu.database import Base, UtcDateTime


class User(Base):
    """Somebody who signs in. Users are disabled, never deleted: the history names them."""

    __tablename__ = "users"

    name = Column(String(32), primary_key=True)
    display_name = Column(String(32), nullable=False)  # what customers see
    password_hash = Column(Text, nullable=False)
    roles = Column(JSON, nullable=False, default=list)
    totp_sealed = Column(Text)
    totp_step = Column(BigInteger)  # the latest step that was used: a code works once
    capacity = Column(Integer, nullable=False, default=4)  # talks at a time
    presence = Column(String(8), nullable=False, default="away")
    seen_at = Column(UtcDateTime)
    created_at = Column(UtcDateTime, nullable=False)
    disabled_at = Column(UtcDateTime)


class UserSession(Base):
    """A browser that has signed in; the id itself is only in the browser."""

    __tablename__ = "user_sessions"

    id_hash = Column(String(64), primary_key=True)
    user = Column(String(32), ForeignKey("users.name", ondelete="CASCADE"), nullable=False, index=True)
    csrf = Column(String(64), nullable=False)
    created_at = Column(UtcDateTime, nullable=False)
    seen_at = Column(UtcDateTime, nullable=False)
    expires_at = Column(UtcDateTime, nullable=False)
    revoked_at = Column(UtcDateTime)


class SignInAttempt(Base):
    """One try to sign in under a name and from an address (both as fingerprints)."""

    __tablename__ = "sign_in_attempts"

    id = Column(Integer, primary_key=True)
    user_key = Column(String(64), nullable=False)
    address_key = Column(String(64), nullable=False)
    at = Column(UtcDateTime, nullable=False)

    __table_args__ = (
        Index("ix_sign_in_attempts_user", "user_key", "at"),
        Index("ix_sign_in_attempts_address", "address_key", "at"),
    )


class ApiToken(Base):
    """A program's key to the API; only its digest is kept."""

    __tablename__ = "api_tokens"

    name = Column(String(32), primary_key=True)
    token_hash = Column(String(64), nullable=False, unique=True)
    scopes = Column(JSON, nullable=False, default=list)
    created_at = Column(UtcDateTime, nullable=False)
    revoked_at = Column(UtcDateTime)
