"""Charts as SVG, made on the server: no script, no library; numbers and escaped labels only."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_WIDTH, _HEIGHT = 560, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 8, 12, 24
_LABELS = 8  # below the axis, at most
_GAP = 0.25  # of a column's width


@dataclass(frozen=True)
class Series:
    """Values of one kind; `style` is a class of the style sheet (a, b, bad)."""

    name: str
    values: Sequence[float]
    style: str = "a"


def stacked_columns(title: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """A column for each label, the series on top of each other."""
    totals = [sum(one.values[index] for one in series) for index in range(len(labels))]
    top = _nice(max(totals, default=0))
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(labels))
    parts = [_grid(top), _axis(labels, step)]
    for index, label in enumerate(labels):
        base = 0.0
        for one in series:
            value = one.values[index]
            if value:
                x, width = _LEFT + step * (index + _GAP / 2), step * (1 - _GAP)
                y, height = _y(base + value, top), _y(base, top) - _y(base + value, top)
                tip = escape(f"{label} {one.name} {value:g}")
                parts.append(
                    f'<rect class="{one.style}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
                    f'rx="1.5"><title>{tip}</title></rect>'
                )
            base += value
    return _svg(title, parts, _HEIGHT)


def curve(title: str, labels: Sequence[str], values: Sequence[float | None]) -> Markup:
    """A share (0–1) for each label; gaps where there was nothing to measure."""
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(labels))
    parts = [_grid(1, percent=True), _axis(labels, step)]
    points = [(_LEFT + step * (index + 0.5), value) for index, value in enumerate(values)]
    path, begun = "", False
    for x, value in points:
        if value is None:
            begun = False
            continue
        path += f"{'L' if begun else 'M'}{x:.1f} {_y(value, 1):.1f}"
        begun = True
    parts.append(f'<path class="curve" d="{path}"/>' if path else "")
    for (x, value), label in zip(points, labels, strict=True):
        if value is not None:
            tip = escape(f"{label} {value:.0%}")
            parts.append(f'<circle class="a" cx="{x:.1f}" cy="{_y(value, 1):.1f}" r="3"><title>{tip}</title></circle>')
    return _svg(title, parts, _HEIGHT)


def bars(title: str, rows: Sequence[tuple[str, float]], style: str = "a") -> Markup:
    """A horizontal bar for each row, with its label and value."""
    line, left = 26, 112
    top = max((value for _, value in rows), default=0) or 1
    parts = []
    for index, (label, value) in enumerate(rows):
        y = index * line
        width = (_WIDTH - left - 52) * value / top
        parts.append(
            f'<text class="value" x="{left - 8}" y="{y + 17}" text-anchor="end">{escape(label)}</text>'
            f'<rect class="{style}" x="{left}" y="{y + 4}" width="{max(width, 1):.1f}" height="{line - 8}" rx="3"/>'
            f'<text class="value" x="{left + width + 6:.1f}" y="{y + 17}">{value:g}</text>'
        )
    return _svg(title, parts, max(line, len(rows) * line))


def _svg(title: str, parts: Sequence[str], height: int) -> Markup:
    name = escape(title)
    return Markup(
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{name}">{"".join(parts)}</svg>'
    )


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * (value / top if top else 0)


def _grid(top: float, percent: bool = False) -> str:
    lines = []
    for part in (0, 0.5, 1):
        y, value = _y(top * part, top), top * part
        text = f"{value:.0%}" if percent else f"{value:g}"
        lines.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
        )
    return "".join(lines)


def _axis(labels: Sequence[str], step: float) -> str:
    every = max(1, -(-len(labels) // _LABELS))
    return "".join(
        f'<text x="{_LEFT + step * (index + 0.5):.1f}" y="{_HEIGHT - 7}" text-anchor="middle">{escape(label)}</text>'
        for index, label in enumerate(labels)
        if index % every == 0
    )


def _nice(value: float) -> float:
    """The end of an axis, not below the value: 2, 4, 10, 20, 40, 100 …, so that the middle is a whole number."""
    size = 2
    while size < value:
        size = size * 5 // 2 if str(size)[0] == "4" else size * 2
    return size
