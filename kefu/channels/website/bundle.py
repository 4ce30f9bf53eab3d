"""The widget's files as they go over the wire: its ES modules joined to one, without comments and blanks.

The modules in static/ run as they are; joining them saves a phone on a slow line some twenty requests.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import rjsmin

STATIC = Path(__file__).parent / "static"
WIDGET = ("widget.js", "chat.js", "chat.css")  # all that a page with the widget loads
DEMO = ("demo.js", "demo.css")

_IMPORT = re.compile(r'import (?:\{ (?P<names>[\w, ]+) \}|(?P<default>\w+)) from "\./(?P<module>\w+)\.js";\n')
_EXPORT = re.compile(r"^export (?:default|(?:async function\*?|function\*?|class|const) (?P<name>\w+))", re.MULTILINE)
_CSS_COMMENT = re.compile(r"^\s*/\*(?s:.*?)\*/$", re.MULTILINE)
_CSS_BLANKS = re.compile(r"\s*([{};,])\s*|(:) +")  # that a style sheet does not need; our strings have none of these
_ENTRY = "chat.js"  # all other modules come with it


class BadModule(ValueError):
    """A module is written in a way that can't be joined; the text says which and how."""


def served(name: str) -> str:
    """The text of a file of static/ as browsers get it.

    Raises:
        BadModule: a module can't be joined.
    """
    if name.endswith(".js"):
        return str(rjsmin.jsmin(joined(Path(name).stem) if name == _ENTRY else _read(name))) + "\n"
    return _CSS_BLANKS.sub(lambda match: match[1] or match[2], _CSS_COMMENT.sub("", _read(name))).strip() + "\n"


def joined(entry: str) -> str:
    """A module and all it imports as one module: each in a scope of its own, what it exports in a constant.

    Raises:
        BadModule: an import or export is not of the plain forms that the modules keep to.
    """
    order = list(_dependencies_first(entry, ()))
    parts = [_scope(module) for module in dict.fromkeys(order)]
    names = [match["name"] for match in _EXPORT.finditer(_read(f"{entry}.js"))]
    return "".join(parts) + f"export const {{ {', '.join(names)} }} = ${entry};\n"


def _dependencies_first(module: str, above: tuple[str, ...]) -> Iterator[str]:
    if module in above:
        raise BadModule(f"{module}.js imports itself by way of {' → '.join(above)}")
    for match in _IMPORT.finditer(_read(f"{module}.js")):
        yield from _dependencies_first(match["module"], (*above, module))
    yield module


def _scope(module: str) -> str:
    text = _read(f"{module}.js")
    exports = [match["name"] for match in _EXPORT.finditer(text)]
    text = _IMPORT.sub(lambda match: f"const {_taken(match)};\n", text)
    text = _EXPORT.sub(lambda match: match[0].removeprefix("export ") if match["name"] else "const $default =", text)
    wrong = re.search(r"^(?:import|export)\b.*|\bimport\(.*", text, re.MULTILINE)
    if wrong:
        raise BadModule(f"{module}.js: {wrong[0]}")
    given = ", ".join(name or "$default" for name in exports)
    return f"const ${module} = (() => {{\n{text}\nreturn {{ {given} }};\n}})();\n"


def _taken(match: re.Match[str]) -> str:
    names = f"{{ {match['names']} }}" if match["names"] else f"{{ $default: {match['default']} }}"
    return f"{names} = ${match['module']}"


def _read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
