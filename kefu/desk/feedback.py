"""What customers think of the service: ratings, comments, praise and suggestions."""

from dataclasses import dataclass
from datetime import datetime, timezone

from sqlalchemy import select

from kefu.database import Database
from kefu.desk.models import Feedback
from kefu.sealing import fingerprint


@dataclass(frozen=True)
class NewFeedback:
    """One piece of feedback; `kind` is rating, comment or feedback; text is masked already."""

    brand: str
    channel: str
    customer: str
    kind: str
    idempotency_key: str
    stars: int | None = None
    text: str | None = None
    faq_id: str | None = None
    ticket_id: str | None = None


class FeedbackService:
    """Feedback over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, new: NewFeedback, now: datetime | None = None) -> None:
        """Keep a piece of feedback; the same idempotency key is kept once."""
        async with self._database.write(f"feedback:{new.idempotency_key}") as session:
            query = select(Feedback.id).where(Feedback.idempotency_key == new.idempotency_key)
            if (await session.execute(query)).first():
                return
            session.add(
                Feedback(
                    brand=new.brand,
                    channel=new.channel,
                    customer_key=fingerprint(new.brand, new.customer),
                    kind=new.kind,
                    stars=new.stars,
                    text=new.text,
                    faq_id=new.faq_id,
                    ticket_id=new.ticket_id,
                    idempotency_key=new.idempotency_key,
                    at=now or datetime.now(timezone.utc),
                )
            )

    async def latest(self, limit: int = 100) -> list[Feedback]:
        """The newest pieces of feedback."""
        query = select(Feedback).order_by(Feedback.id.desc()).limit(limit)
        async with self._database.read() as session:
            return list((await session.execute(query)).scalars())
