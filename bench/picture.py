"""Pictures of the report: SVG, written by hand so that they hold nothing of the machine or the day."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT, _LEFT, _BAR, _TOP = 640, 340, 130, 34, 54
_COLOURS = ("#8a8f98", "#1a7f5a", "#c27c0e", "#3b6fb6")
_TEXT = 'font-family="sans-serif" font-size="13" fill="#222"'


def bars(title: str, values: Mapping[str, float], unit: str) -> str:
    """Horizontal bars, one a name, each with its value."""
    longest = max(values.values())
    height = _TOP + _BAR * len(values) + 12
    parts = []
    for number, (name, value) in enumerate(values.items()):
        y = _TOP + _BAR * number
        width = (_WIDTH - _LEFT - 130) * value / longest
        parts += [
            _label(_LEFT - 8, y + 17, name, "end"),
            f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="24" fill="{_COLOURS[number % len(_COLOURS)]}"/>',
            _label(_LEFT + width + 6, y + 17, f"{_short(value)} {unit}"),
        ]
    return _svg(title, height, parts)


def lines(title: str, series: Mapping[str, Sequence[tuple[float, float]]], across: str, up: str) -> str:
    """Lines over a common axis; the upward axis is logarithmic."""
    points = [point for line in series.values() for point in line]
    right, low, high = max(x for x, _ in points), min(y for _, y in points), max(y for _, y in points)
    bottom, top = math.floor(math.log10(low)), math.ceil(math.log10(high * 1.001))

    def place(x: float, y: float) -> tuple[float, float]:
        share = (math.log10(y) - bottom) / (top - bottom)
        return 70 + (_WIDTH - 190) * x / right, _HEIGHT - 46 - (_HEIGHT - 46 - _TOP) * share

    parts = []
    for power in range(bottom, top + 1):
        _, y = place(0, 10**power)
        parts += [
            f'<path d="M70 {y:.1f}H{_WIDTH - 120}" stroke="#ddd"/>',
            _label(62, y + 4, _short(10.0**power), "end"),
        ]
    for x in (0, right / 2, right):
        parts.append(_label(place(x, low)[0], _HEIGHT - 28, _short(x), "middle"))
    parts += [_label((_WIDTH - 120) / 2, _HEIGHT - 8, across, "middle"), _label(62, _TOP - 10, up, "end")]
    for number, (name, line) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in (place(*point) for point in line))
        end_x, end_y = place(*line[-1])
        parts += [
            f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
            _label(end_x + 6, end_y + 4, name),
        ]
    return _svg(title, _HEIGHT, parts)


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height:.0f}" role="img">'
    background = f'<rect width="{_WIDTH}" height="{height:.0f}" fill="#fff"/>'
    heading = f'<text x="16" y="22" font-family="sans-serif" font-size="15" fill="#222">{escape(title)}</text>'
    return "\n".join((head, f"<title>{escape(title)}</title>", background, heading, *parts, "</svg>")) + "\n"


def _label(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {_TEXT}>{escape(text)}</text>'


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 20 or value == int(value) else f"{value:.3g}"
