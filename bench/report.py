"""Tables of a run, and the Markdown that they become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

_ALIGN = {"l": ":---", "r": "---:"}


@dataclass(frozen=True)
class Table:
    """One table; the first column names the row, the others are right-aligned."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.title}: {len(row)} cells in a table of {len(self.columns)} columns: {row}")


@dataclass(frozen=True)
class Picture:
    """A picture beside the report."""

    file: str  # its name, without folder
    title: str
    svg: str


@dataclass(frozen=True)
class Section:
    """What one part of the benchmark found."""

    title: str
    intro: str
    tables: tuple[Table, ...]
    pictures: tuple[Picture, ...] = ()


def render(title: str, facts: Sequence[tuple[str, str]], sections: Iterable[Section]) -> str:
    """The whole report: facts about the run first, then each section with its tables."""
    lines = [f"# {title}", "", *(f"- {name}: {value}" for name, value in facts)]
    for section in sections:
        lines += ["", f"## {section.title}"]
        lines += ["", section.intro] if section.intro else []
        for picture in section.pictures:
            lines += ["", f"![{picture.title}]({picture.file})"]
        for table in section.tables:
            lines += ["", *_table(table)]
    return "\n".join(lines) + "\n"


def _table(table: Table) -> Iterable[str]:
    yield f"### {table.title}"
    yield ""
    yield _line(table.columns)
    yield _line(_ALIGN["r" if column else "l"] for column in range(len(table.columns)))
    yield from map(_line, table.rows)
    if table.note:
        yield from ("", table.note)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def share(part: int, whole: int) -> str:
    """A part as a percentage: `93.2 %`; `–` of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def interval(part: int, whole: int) -> str:
    """Where the true share lies with 95 % confidence (Wilson): `90.4–95.5 %`."""
    if not whole:
        return "–"
    z, p = 1.96, part / whole
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z / (1 + z * z / whole) * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    return f"{100 * max(0.0, middle - half):.1f}–{100 * min(1.0, middle + half):.1f} %"


def times(first: float, second: float) -> str:
    """How many times the second fits into the first: `12`, `3.4`; `–` where the second is nothing."""
    if not second:
        return "–"
    ratio = first / second
    return f"{ratio:.0f}" if ratio >= 20 else f"{ratio:.1f}" if ratio >= 2 else f"{ratio:.2f}"


def seconds(value: float) -> str:
    """`12.3 s`."""
    return f"{value:.1f} s"


def milliseconds(value: float) -> str:
    """Seconds as `1.23 ms`."""
    return f"{1000 * value:.2f} ms"


def megabytes(value: float) -> str:
    """Bytes as `123 MB` (millions)."""
    return f"{value / 1e6:.0f} MB" if value >= 2e7 else f"{value / 1e6:.1f} MB"
