"""The direction of imports (DESIGN.md §2), read from the import statements."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("kefu", "actions", "tests", "scripts", "bench", "sim")


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    name_of(path): path
    for folder in ("kefu", "actions")
    for path in (ROOT / folder).rglob("*.py")
    if path.stat().st_size
}


def imported(path: Path) -> Iterator[str]:
    """What a file imports anywhere, also within functions; a name of a package as well where it is a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in SOURCES else node.module


IMPORTS = {name: set(imported(path)) for name, path in SOURCES.items()}


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def forbidden(importer: str, *packages: str) -> list[str]:
    """`importer → imported` for every import of the packages by the importer or anything in it."""
    return sorted(
        f"{name} → {other}"
        for name, others in IMPORTS.items()
        for other in others
        if within(name, importer) and within(other, *packages)
    )


UPPER = ("nlu", "dialogue", "channels", "desk", "trainer", "launch")
RASA = ("rasa", "rasa_sdk")


def test_the_sources_were_found() -> None:
    assert {"kefu.text.money", "kefu.knowledge", "kefu.desk.tickets", "kefu.nlu.classifier", "actions.answer"} <= set(
        SOURCES
    )
    assert within("rasa.core.agent", "rasa")
    assert forbidden("kefu.nlu", "kefu.text")


@pytest.mark.parametrize("lower", ["kefu.text", "kefu.knowledge"])
def test_text_and_knowledge_import_nothing_above_them(lower: str) -> None:
    assert forbidden(lower, *(f"kefu.{name}" for name in UPPER), "actions", *RASA) == []


def test_text_does_not_import_knowledge() -> None:
    assert forbidden("kefu.text", "kefu.knowledge") == []


@pytest.mark.parametrize(
    "shared", ["settings", "secret_file", "sealing", "yaml_file", "brands", "database", "sqlite", "show", "topics"]
)
def test_what_all_share_imports_no_part_of_the_product(shared: str) -> None:
    parts = ("text", "knowledge", *UPPER)
    assert forbidden(f"kefu.{shared}", *(f"kefu.{name}" for name in parts), "actions", *RASA) == []


def test_the_conversations_know_nothing_of_rasa() -> None:
    above = ("text", "knowledge", *UPPER)
    assert forbidden("kefu.conversations", *RASA, *(f"kefu.{name}" for name in above), "actions") == []


def test_the_desk_knows_nothing_of_rasa_but_its_api() -> None:
    assert forbidden("kefu.desk", *RASA, "kefu.nlu", "kefu.dialogue", "kefu.channels", "actions") == []


@pytest.mark.parametrize("package", ["kefu.knowledge", "kefu.desk", "kefu.trainer", "kefu.text"])
def test_no_detour_leads_to_rasa(package: str) -> None:
    seen, waiting = set(), [name for name in SOURCES if within(name, package)]
    while waiting:
        name = waiting.pop()
        assert not within(name, *RASA), f"{package} reaches {name}"
        if name not in seen:
            seen.add(name)
            waiting += IMPORTS.get(name, ())


def test_nothing_imports_the_actions() -> None:
    assert forbidden("kefu", "actions") == []


def test_there_are_no_circles() -> None:
    graph = {name: {other for other in others if other in SOURCES} for name, others in IMPORTS.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_no_file_is_longer_than_400_lines() -> None:
    files = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {path: length for path, length in lengths.items() if length > 400} == {}
