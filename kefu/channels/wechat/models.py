"""Tables of the WeChat channel: users and what they have got, passive replies, pictures, tokens, nonces."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Text

from kefu.database import Base, UtcDateTime


class WechatUser(Base):
    """A follower of an account: where the message log was delivered up to, and what may be sent now."""

    __tablename__ = "wechat_users"

    conversation = Column(String(128), primary_key=True)
    account = Column(String(16), nullable=False)
    openid_sealed = Column(Text)  # none after an unsubscription
    seen_at = Column(UtcDateTime, nullable=False)  # when the user last did something
    window_until = Column(UtcDateTime)  # until then the customer-service API takes messages …
    quota = Column(Integer, nullable=False, default=0)  # … so many of them
    delivered_seq = Column(Integer, nullable=False, default=0)  # last line of the log that was delivered whole
    delivered_part = Column(Integer, nullable=False, default=0)  # parts of the next line that were delivered
    reserved_until = Column(UtcDateTime)  # a callback is waiting for the answer: it goes first
    claimed_until = Column(UtcDateTime)  # somebody is delivering
    claim = Column(String(32))
    waiting = Column(Boolean, nullable=False, default=False)  # for the user to write: nothing can be sent
    asked = Column(Boolean, nullable=False, default=False)  # to write something, so that we can go on
    tries = Column(Integer, nullable=False, default=0)  # failed in a row
    retry_at = Column(UtcDateTime)

    __table_args__ = (Index("ix_wechat_users_seen", "waiting", "seen_at"),)


class WechatReply(Base):
    """The passive reply that a callback got, for its repetitions."""

    __tablename__ = "wechat_replies"

    conversation = Column(String(128), primary_key=True)
    message_id = Column(String(128), primary_key=True)
    body = Column(JSON, nullable=False)  # {kind, text}
    claim = Column(String(32))
    to_seq = Column(Integer, nullable=False)
    to_part = Column(Integer, nullable=False)
    at = Column(UtcDateTime, nullable=False, index=True)


class WechatToken(Base):
    """The access token of an account, for all processes; one of them at a time asks for a new one."""

    __tablename__ = "wechat_tokens"

    app_id = Column(String(64), primary_key=True)
    token_sealed = Column(Text)
    expires_at = Column(UtcDateTime)
    asking_until = Column(UtcDateTime)


class WechatMedia(Base):
    """A picture that was uploaded to the platform, which keeps it for three days."""

    __tablename__ = "wechat_media"

    upload_id = Column(String(32), primary_key=True)
    app_id = Column(String(64), primary_key=True)
    conversation = Column(String(128), nullable=False)
    media_id = Column(String(256), nullable=False)
    expires_at = Column(UtcDateTime, nullable=False, index=True)


class WechatNonce(Base):
    """A nonce that was used, and for which message (keyed digests)."""

    __tablename__ = "wechat_nonces"

    key = Column(String(64), primary_key=True)
    message = Column(String(64), nullable=False)
    at = Column(UtcDateTime, nullable=False, index=True)
