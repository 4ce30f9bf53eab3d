"""What the browser downloads."""

import gzip
import re
from pathlib import Path

import pytest

from kefu.channels.website import bundle
from kefu.channels.website.bundle import STATIC, WIDGET, BadModule, joined, served

MOST = 20_000  # bytes, packed


def test_the_widget_is_light() -> None:
    assert sum(len(gzip.compress(served(name).encode())) for name in WIDGET) <= MOST


def test_every_module_is_in_the_joined_one_once() -> None:
    text = joined("chat")
    for path in STATIC.glob("*.js"):
        if path.stem not in ("widget", "demo"):
            assert text.count(f"const ${path.stem} = ") == 1


def test_nothing_is_asked_of_other_sites() -> None:
    known = {"http://www.w3.org/2000/svg"}
    for name in WIDGET:
        text = served(name)
        assert set(re.findall(r"https?://[\w.]+[^\s\"'`)]*", text)) <= known


def test_no_html_and_no_eval() -> None:
    for name in ("widget.js", "chat.js"):
        text = served(name)
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('import * as all from "./other.js";\n', "import"),
        ("export { a };\n", "export"),
        ('const late = import("./other.js");\n', "import("),
        ('import { a } from "./chat.js";\nexport const b = 1;\n', "itself"),
    ],
)
def test_a_module_of_another_form_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, complaint: str
) -> None:
    (tmp_path / "chat.js").write_text(text)
    monkeypatch.setattr(bundle, "STATIC", tmp_path)
    with pytest.raises(BadModule, match=re.escape(complaint)):
        joined("chat")
