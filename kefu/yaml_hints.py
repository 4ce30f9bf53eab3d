"""What a trainer did wrong where YAML's parser only says what it expected."""

import re
from collections.abc import Iterable

_SLIPS = (
    (re.compile(r"^ *\t"), "行首用了制表符（Tab），请换成空格"),
    (re.compile(r"^\s*(?:- )?([^\s:：\"']{1,30})："), "“{0}：”的冒号是全角的，请用英文冒号加一个空格"),
    (re.compile(r"^\s*[－—–]"), "行首的横线不是英文的，应写“- ”（英文横线加一个空格）"),
    (re.compile(r"^\s*(?:- )?([A-Za-z_]\w*):[^\s/]"), "“{0}:”后面少了一个空格"),
    (re.compile(r"^\s*(?:- )?([a-z_]+) +[^\s:#][^:]*$"), "“{0}”后面少了英文冒号和空格"),
    (re.compile(r"^\s*(?:- )?\w+: +[^\s\"'|>{\[].*: "), "文字里有英文冒号加空格，请改用全角冒号，或者用英文引号括起来"),
)
_PROBLEMS = {
    "could not find expected ':'": "这一行少了英文冒号和空格",
    "mapping values are not allowed in this context": "缩进和上一行对不上，或者上一行少了英文冒号",
    "did not find expected ',' or '}'": "花括号 { } 没有配对，或者两项之间少了英文逗号",
    "did not find expected ',' or ']'": "方括号 [ ] 没有配对，或者两项之间少了英文逗号",
    "did not find expected key": "缩进和同一段的其他行对不齐",
    "did not find expected '-' indicator": "缩进和列表的其他行对不齐，或者少了“- ”",
    "did not find expected node content": "括号没有写完，或者两个逗号之间没有内容",
    "did not find expected alphabetic or numeric character": "* 或 & 开头的文字要用英文引号括起来",
    "found character that cannot start any token": "这样的符号不能放在最前面，请把文字用英文引号括起来",
    "found unexpected end of stream": "英文引号没有配对",
    "found unexpected document indicator": "英文引号没有配对",
}


def explained(text: str, line: int, problem: str) -> tuple[int, str]:
    """The line (from 1) of the slip and what is wrong there, in Chinese.

    Args:
        line: where the parser stopped; the slip is often in the line before.
        problem: what the parser says.
    """
    lines = text.splitlines()
    near = [number for number in (line, line - 1) if 0 < number <= len(lines)]
    for number, message in _slips(lines, near):
        return number, message
    return line, _PROBLEMS.get(problem, problem)


def _slips(lines: list[str], numbers: list[int]) -> Iterable[tuple[int, str]]:
    for number in numbers:
        for pattern, message in _SLIPS:
            if found := pattern.match(lines[number - 1]):
                yield number, message.format(*found.groups())
