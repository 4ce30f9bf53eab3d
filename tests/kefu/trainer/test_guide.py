"""The worked example of docs/trainer-guide.md, followed word for word on a copy of the trainers' files."""

import re
import shutil
import textwrap
from pathlib import Path

import pytest

from kefu.dialogue.rule_check import contradictions
from kefu.knowledge import Band, KnowledgeBase
from kefu.trainer.lint import errors, reminders

_BLOCK = re.compile(r"^(?P<indent> *)```yaml\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (?P<name>(?:data/)?[\w/]+\.yml)\n")
_MOVED = "      - 捐款做公益能从里面付吗\n"


def steps(root: Path) -> dict[str, str]:
    """What the guide says to write, by file."""
    found = {}
    for block in _BLOCK.finditer((root / "docs/trainer-guide.md").read_text(encoding="utf-8")):
        text = textwrap.dedent(block["text"].replace(f"\n{block['indent']}", "\n").removeprefix(block["indent"]))
        if named := _FILE.match(text):
            found[named["name"]] = text[named.end() :]
    return found


@pytest.fixture(scope="module")
def followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's data after the example."""
    copy = tmp_path_factory.mktemp("guide")
    shutil.copytree(root / "data", copy / "data")
    shutil.copy(root / "domain.yml", copy)
    assert errors(copy / "data") == []
    written = steps(root)
    assert set(written) == {
        *("domain.yml", "data/topics.yml", "data/nlu/donation.yml", "data/faq/donation.yml", "data/rules/service.yml"),
    }
    for name, text in written.items():
        path = copy / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        listed = name == "domain.yml"
        after = before.replace("intents:\n", f"intents:\n{text}", 1) if listed else before + text
        path.write_text(after, encoding="utf-8")
    return copy


def test_the_check_finds_the_sentence_that_is_to_be_moved(followed: Path) -> None:
    [error] = errors(followed / "data")
    assert "捐款做公益能从里面付吗" in str(error)
    payment = followed / "data/nlu/payment.yml"
    text = payment.read_text(encoding="utf-8")
    assert _MOVED in text
    payment.write_text(text.replace(_MOVED, ""), encoding="utf-8")
    assert errors(followed / "data") == []
    assert [line for line in reminders(followed / "data") if "donation" in line] == []
    assert contradictions(followed / "data") == []


@pytest.mark.parametrize("brand", ["post", "my"])
@pytest.mark.parametrize(
    ("text", "faq_id"),
    [("想捐款怎么弄", "donation.how_to"), ("捐错了能退吗", "donation.refund"), ("捐款证书怎么领", "donation.receipt")],
)
def test_its_answers_are_found(followed: Path, text: str, faq_id: str, brand: str) -> None:
    found = KnowledgeBase(followed / "data/faq").search(text, "donation", brand)
    assert found.band is Band.ANSWER
    assert found.hits[0].entry.id == faq_id
