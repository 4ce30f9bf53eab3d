"""What customers think of the service: ratings, comments, praise and suggestions."""

from dataclasses import dataclass
from datetime import datetime, timezone

from sqlalchemy import func, select

from kefu.database import Database
from kefu.desk.models import Feedback
from kefu.sealing import fingerprint, fingerprints

UNANSWERED = "unanswered"


@dataclass(frozen=True)
class NewFeedback:
    """One piece of feedback; text is masked already.

    `kind` is rating, comment, feedback (praise, suggestions), or unanswered (a question that the bot had no answer to).
    """

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
        async with self._database.write(f"feedback:{fingerprint(new.idempotency_key)}") as session:
            query = select(Feedback.id).where(Feedback.idempotency_key.in_(fingerprints(new.idempotency_key)))
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
                    idempotency_key=fingerprint(new.idempotency_key),
                    at=now or datetime.now(timezone.utc),
                )
            )

    async def latest(
        self, limit: int = 100, before: int | None = None, brand: str = "", most_stars: int | None = None
    ) -> list[Feedback]:
        """The newest of what customers said about the service.

        Args:
            before: those older than the one of this id.
            brand: empty for all.
            most_stars: only ratings of at most so many stars, and the comments on them.
        """
        query = select(Feedback).where(Feedback.kind != UNANSWERED).order_by(Feedback.id.desc()).limit(limit)
        if before is not None:
            query = query.where(Feedback.id < before)
        if brand:
            query = query.where(Feedback.brand == brand)
        if most_stars is not None:
            query = query.where(Feedback.stars <= most_stars)
        async with self._database.read() as session:
            return list((await session.execute(query)).scalars())

    async def unanswered(self, since: datetime, brand: str = "", limit: int = 10) -> list[tuple[str, int]]:
        """The questions that the bot had no answer to, with how often they came; the most frequent first."""
        times = func.count()
        query = select(Feedback.text, times).where(Feedback.kind == UNANSWERED, Feedback.at >= since)
        if brand:
            query = query.where(Feedback.brand == brand)
        grouped = query.group_by(Feedback.text).order_by(times.desc(), func.max(Feedback.id).desc()).limit(limit)
        async with self._database.read() as session:
            return [(str(text), int(count)) for text, count in await session.execute(grouped)]
