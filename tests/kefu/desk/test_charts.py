"""Charts as SVG: right proportions, escaped labels, no style and no script in them."""

import re
from xml.etree import ElementTree

import pytest

from kefu.desk.charts import Series, bars, curve, stacked_columns

HOSTILE = '"><script>alert(1)</script>'


def heights(svg: str) -> list[float]:
    return [float(found) for found in re.findall(r'<rect[^>]* height="([\d.]+)"', svg)]


def test_columns_are_stacked_in_proportion() -> None:
    svg = stacked_columns("会话", ["1", "2"], [Series("机器人", [4, 1]), Series("人", [0, 3], "b")])
    first, bot, person = heights(svg)  # a value of 0 has no column
    assert first == pytest.approx(bot + person, abs=0.2) and person == pytest.approx(3 * bot, rel=0.02)


def test_a_curve_has_gaps_where_nothing_was_measured() -> None:
    svg = curve("比例", list("abcd"), [0.5, None, 1.0, 0.0])
    [path] = re.findall(r'class="curve" d="([^"]+)"', svg)
    assert path.count("M") == 2 and path.count("L") == 1
    assert svg.count("<circle") == 3


@pytest.mark.parametrize(
    "svg",
    [
        stacked_columns(HOSTILE, [HOSTILE], [Series(HOSTILE, [1])]),
        curve(HOSTILE, [HOSTILE], [1.0]),
        bars(HOSTILE, [(HOSTILE, 3)]),
        stacked_columns("空", [], []),
        curve("空", [], []),
        bars("空", []),
    ],
)
def test_it_is_well_formed_escaped_and_needs_no_inline_style(svg: str) -> None:
    ElementTree.fromstring(svg)
    assert "<script" not in svg and "style=" not in svg and "onload" not in svg
    assert 'role="img"' in svg and "aria-label=" in svg


@pytest.mark.parametrize(("most", "top"), [(0, "2"), (2, "2"), (3, "4"), (5, "10"), (11, "20"), (41, "100")])
def test_the_axis_ends_at_a_round_number(most: int, top: str) -> None:
    svg = stacked_columns("x", ["1"], [Series("a", [most])])
    assert re.findall(r'text-anchor="end">(\d+)<', svg)[-1] == top
