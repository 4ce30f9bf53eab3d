"""Product news with dates, from data/news.yml; an edit is served at the next question."""

import logging
from datetime import date as Day
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, validator

from kefu.brands import brands
from kefu.knowledge.entry import checked_day
from kefu.settings import settings
from kefu.yaml_file import DataError
from kefu.yaml_models import models_of

LATEST = 3

logger = logging.getLogger(__name__)


class News(BaseModel):
    """One piece of news for the customers of some brands."""

    date: Day
    brands: list[str] = Field(min_items=1)
    title: str
    text: str
    until: Day | None = None
    source: str

    class Config:
        extra = "forbid"
        frozen = True

    @validator("date", "until", pre=True)
    def _days_are_dates(cls, value: object) -> object:
        return checked_day(value)

    @validator("until")
    def _ends_after_it_began(cls, until: Day | None, values: dict[str, Any]) -> Day | None:
        if until and "date" in values and until < values["date"]:
            raise ValueError("until 不能早于 date")
        return until


_good: dict[Path, tuple[News, ...]] = {}


def load_news(path: Path) -> tuple[News, ...]:
    """The news of a file, newest first.

    Raises:
        DataError: the file is not as expected; says where.
    """
    found = models_of(path, News, "date")
    for item, news in found:
        unknown = set(news.brands) - set(brands())
        if unknown:
            raise DataError(path, item.lines["brands"], f"brands：没有品牌 {'、'.join(sorted(unknown))}，检查拼写")
    return tuple(sorted((news for _, news in found), key=lambda news: news.date, reverse=True))


def latest_news(brand: str, day: Day, path: Path | None = None) -> list[News]:
    """The newest pieces that a brand's customers may see on that day."""
    known = _newest_good(path or settings().data_dir / "news.yml")
    return [news for news in known if brand in news.brands and _is_shown(news, day)][:LATEST]


def _newest_good(path: Path) -> tuple[News, ...]:
    """What the file says now; while it is broken, what it said before."""
    try:
        _good[path] = _loaded(path, path.stat().st_mtime_ns)
    except (DataError, OSError) as error:
        logger.error("news not taken over: %s", error)
    return _good.get(path, ())


@lru_cache(maxsize=2)
def _loaded(path: Path, changed: int) -> tuple[News, ...]:
    return load_news(path)


def _is_shown(news: News, day: Day) -> bool:
    return news.date <= day and (news.until is None or day <= news.until)
