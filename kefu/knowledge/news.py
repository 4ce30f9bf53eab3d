"""Product news with dates, from data/news.yml; an edit is served at the next question."""

import logging
from datetime import date as Day
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError, validator

from kefu.brands import brands
from kefu.knowledge.entry import checked_day
from kefu.settings import settings
from kefu.yaml_file import DataError, LineDict, line_of_item, load_yaml

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
    content = load_yaml(path)
    if not isinstance(content, list):
        raise DataError(path, 1, "应是动态的列表，每条以“- date:”开头")
    return tuple(sorted((_news(path, item) for item in content), key=lambda news: news.date, reverse=True))


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


def _news(path: Path, item: object) -> News:
    if not isinstance(item, LineDict):
        raise DataError(path, line_of_item(path, item), "动态应是“- date: …”")
    try:
        news = News(**{str(key): value for key, value in item.items()})
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        raise DataError(path, item.line_of(field), f"{field}：{first['msg']}") from error
    unknown = set(news.brands) - set(brands())
    if unknown:
        raise DataError(path, item.lines["brands"], f"没有品牌 {sorted(unknown)}")
    return news
