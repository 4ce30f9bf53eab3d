"""Product news with dates, from data/news.yml; an edit is served at the next question."""

from datetime import date as Day
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ValidationError

from kefu.brands import brands
from kefu.settings import settings
from kefu.yaml_file import DataError, LineDict, load_yaml

LATEST = 3


class News(BaseModel):
    """One piece of news for the customers of some brands."""

    date: Day
    brands: tuple[str, ...]
    title: str
    text: str
    until: Day | None = None
    source: str

    class Config:
        extra = "forbid"
        frozen = True


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
    file = path or settings().data_dir / "news.yml"
    known = _loaded(file, file.stat().st_mtime_ns)
    return [news for news in known if brand in news.brands and _is_shown(news, day)][:LATEST]


@lru_cache(maxsize=2)
def _loaded(path: Path, changed: int) -> tuple[News, ...]:
    return load_news(path)


def _is_shown(news: News, day: Day) -> bool:
    return news.date <= day and (news.until is None or day <= news.until)


def _news(path: Path, item: object) -> News:
    if not isinstance(item, LineDict):
        raise DataError(path, None, "动态应是“- date: …”")
    try:
        news = News(**item)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        raise DataError(path, item.lines.get(field, item.line), f"{field}：{first['msg']}") from error
    unknown = set(news.brands) - set(brands())
    if unknown:
        raise DataError(path, item.lines["brands"], f"没有品牌 {sorted(unknown)}")
    return news
