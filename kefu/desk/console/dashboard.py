"""The dashboard, and the same figures as a spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from kefu.brands import brands
from kefu.desk.charts import Series, bars, curve, stacked_columns
from kefu.desk.console.access import EVERYBODY, Visitor, allow
from kefu.desk.console.render import page
from kefu.desk.console.services import services
from kefu.desk.console.words import span
from kefu.desk.spreadsheet import to_csv
from kefu.desk.statistics import PERIODS, STARS, DayFigures, Figures
from kefu.topics import title

router = APIRouter()

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("日期", "day"),
    ("消息", "messages"),
    ("会话", "conversations"),
    ("机器人办完", "by_bot"),
    ("转人工", "handoffs"),
    ("新工单", "tickets"),
    ("已解决", "resolved"),
    ("超时", "sla_missed"),
)


@dataclass(frozen=True)
class Period:
    """Which figures are wanted; anything odd means the default."""

    days: int = Query(7)
    brand: str = Query("", max_length=16)

    @property
    def length(self) -> int:
        """In days."""
        return self.days if self.days in PERIODS else PERIODS[0]

    @property
    def begin(self) -> datetime:
        """About when it began."""
        return datetime.now(timezone.utc) - timedelta(days=self.length)

    @property
    def of(self) -> str:
        """A known brand, or empty for all."""
        return self.brand if self.brand in brands() else ""


Anybody = Annotated[Visitor, Depends(allow(*EVERYBODY))]


@router.get("/dashboard")
async def dashboard(request: Request, period: Annotated[Period, Depends()], _: Anybody) -> Response:
    """How the service does."""
    figures = await services(request).statistics.of_period(period.length, period.of)
    return page(
        request,
        "dashboard.html",
        period=period,
        periods=PERIODS,
        brands=list(brands()),
        figures=figures,
        cards=_cards(figures),
        charts=_charts(figures),
        table=[[_shown(day, name) for _, name in _COLUMNS] for day in reversed(figures.days)],
        header=[label for label, _ in _COLUMNS],
        unanswered=await services(request).feedback.unanswered(period.begin, period.of),
    )


@router.get("/dashboard.csv")
async def dashboard_csv(request: Request, period: Annotated[Period, Depends()], _: Anybody) -> Response:
    """The days of the period as a spreadsheet."""
    figures = await services(request).statistics.of_period(period.length, period.of)
    rows = [[getattr(day, name) for _, name in _COLUMNS] for day in figures.days]
    name = f"kefu-{period.of or 'all'}-{period.length}d.csv"
    return Response(
        to_csv([label for label, _ in _COLUMNS], rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _cards(figures: Figures) -> list[tuple[str, str, str]]:
    """Name, figure and remark."""
    rating, count = figures.rating, sum(figures.stars.values())
    return [
        ("会话", str(figures.total("conversations")), f"{figures.total('messages')} 条消息"),
        ("机器人办完", _percent(figures.share("by_bot", "conversations")), "没转人工、没开工单的会话"),
        (
            "转人工",
            _percent(figures.share("handoffs", "conversations")),
            f"{figures.total('handoffs')} 次，{figures.untaken} 次没人接",
        ),
        ("等人工", _length(figures.wait), "中位数"),
        ("工单首次答复", _length(figures.first_response), "中位数"),
        (
            "工单解决",
            _length(figures.resolution),
            f"中位数，解决 {figures.total('resolved')}/{figures.total('tickets')}",
        ),
        ("超时工单", str(figures.total("sla_missed")), _percent(figures.share("sla_missed", "tickets"))),
        ("评分", f"{rating:.1f}" if rating else "—", f"{count} 次打分"),
    ]


def _charts(figures: Figures) -> dict[str, str]:
    days = figures.days
    labels = [f"{day.day.month}/{day.day.day}" for day in days]
    people = [day.conversations - day.by_bot for day in days]
    missed = [day.sla_missed for day in days]
    return {
        "volume": stacked_columns(
            "每天的会话",
            labels,
            [Series("机器人办完", [day.by_bot for day in days]), Series("需要人", people, "b")],
        ),
        "bot": curve("机器人办完的比例", labels, [_ratio(day) for day in days]),
        "tickets": stacked_columns(
            "每天的新工单",
            labels,
            [Series("按时", _rest(days, missed)), Series("超时", missed, "bad")],
        ),
        "stars": bars("评分", [(f"{stars} 分", figures.stars.get(stars, 0)) for stars in reversed(STARS)]),
        "topics": bars("工单最多的事情", [(title(intent), count) for intent, count in figures.topics], "b"),
    }


def _ratio(day: DayFigures) -> float | None:
    return day.by_bot / day.conversations if day.conversations else None


def _rest(days: Sequence[DayFigures], missed: Sequence[int]) -> list[int]:
    return [day.tickets - late for day, late in zip(days, missed, strict=True)]


def _shown(day: DayFigures, name: str) -> str:
    value = getattr(day, name)
    return f"{value:%m月%d日}" if name == "day" else str(value)


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.0%}"


def _length(length: timedelta | None) -> str:
    return "—" if length is None else span(length)
