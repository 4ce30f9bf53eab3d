"""What the engine's report says about measurements, and its pictures."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.engine_report import section
from bench.left_out import variants
from bench.load import Load, Turn
from bench.measured import Cost, Measurements, Training
from bench.picture import bars, lines
from bench.plan import QUICK
from bench.rasa_model import Trained
from bench.speed import Speed
from kefu.dialogue.patches import NAMES


def speed(seconds: float) -> Speed:
    load = Load(10 * seconds, ((Turn(seconds, 200, "好"),) * 10,))
    return Speed([load], [load], [(seconds, seconds / 10)])


def trained(seconds: float, messages: int, epochs: dict[str, list[float]]) -> Trained:
    return Trained(Path("m.tar.gz"), seconds, seconds, 1, messages, epochs)


STOCK = trained(50, 1_000, {"DIET": [1.0, 2.0, 3.0], "TED": [0.5] * 3})
FOUND = Measurements(
    plan=replace(QUICK, stock_turns=100),
    answers={"怎么退款": "好"},
    speed={"stock": speed(0.06), "ours": speed(0.0039), "lean": speed(0.004), "floor": speed(0.0008)},
    long={"stock": [0.06 + 0.001 * turn for turn in range(100)], "ours": [0.004] * 1000},
    short={"stock": [0.06] * 9, "ours": [0.004] * 9},
    bursts={"stock": [9.0], "ours": [0.1, 0.2]},
    costs={"stock": Cost(30, 1200 * 10**6, 1), "ours": Cost(6, 500 * 10**6, 1), "lean": Cost(2, 400 * 10**6, 1)},
    training=Training(STOCK, 4, trained(40, 20_000, {})),
)


def targets(found: Measurements) -> dict[str, tuple[str, ...]]:
    return {row[0]: row[1:] for row in section(found).tables[0].rows}


def test_targets_are_compared_with_the_measurements() -> None:
    rows = targets(FOUND)
    assert rows["messages/s, 8 clients"] == ("16.7", "256.4", "15.4", "≥ 15", "yes")
    assert rows["turn 1000 (stock: turn 100) ÷ turn 3"][1:] == ("1.00", "2.6", "≤ 1.3", "yes")
    assert rows["last answer to a burst of 10 messages"] == ("9.00 s", "0.20 s", "45", "< 0.15 s", "**no**")
    assert rows["memory of the Rasa process"][2:] == ("2.4", "≥ 2", "yes")
    assert rows["memory of the Rasa process, lean"][2:] == ("3.0", "≥ 4", "**no**")
    assert rows["start to first answer"][2:] == ("5.0", "≥ 5", "yes")
    assert rows["messages/s against the floor"][1:] == ("20.5 %", "–", "≥ 10 %", "yes")


def test_a_conversation_that_did_not_get_that_long_reaches_no_target() -> None:
    rows = targets(replace(FOUND, long={**FOUND.long, "ours": [0.004] * 500}))
    assert rows["turn 1000 (stock: turn 100) ÷ turn 3"][1:] == ("–", "–", "≤ 1.3", "**no**")


def test_stocks_training_is_reckoned_from_the_epochs_that_were_run() -> None:
    # 4 of 100 epochs on a twentieth of the messages: an epoch of DIET on all takes 20 times 2 s.
    assert FOUND.training.stock_as_initialised() == 50 + 96 * 0.5 + (2000 - 4) * 2


def test_each_patch_is_left_out_once() -> None:
    changed = [variant.changes.get("KEFU_PATCHES") for variant in variants()]
    for name in NAMES:
        assert ",".join(other for other in NAMES if other != name) in changed
    assert "none" in changed


def test_pictures_are_svg_the_same_every_time_with_their_text_as_text() -> None:
    for picture in section(FOUND).pictures:
        assert picture.svg == next(p for p in section(FOUND).pictures if p.file == picture.file).svg
        ElementTree.fromstring(picture.svg)
        assert "<text" in picture.svg


def test_bars_are_as_long_as_their_values() -> None:
    widths = [
        float(width)
        for width in re.findall(r'<rect x="\d+" y="\d+" width="([\d.]+)"', bars("B", {"a": 1, "b": 4}, "/s"))
    ]
    assert widths[1] == pytest.approx(4 * widths[0], abs=0.2)
    assert ">4 /s<" in bars("B", {"a": 1, "b": 4}, "/s")


def test_titles_are_escaped() -> None:
    assert "&lt;b&gt;" in bars("<b>", {"a": 1}, "")


def test_a_steeper_line_ends_higher() -> None:
    svg = lines("L", {"flat": [(1, 5), (100, 5)], "steep": [(1, 5), (100, 50)]}, "turn", "ms")
    ends = [float(y) for y in re.findall(r'<path d="M[\d.]+ [\d.]+L[\d.]+ ([\d.]+)"', svg)]
    assert ends[1] < ends[0]
