"""CSV for spreadsheets: in UTF-8 with the mark that Excel wants, and no cell that it would take for a formula."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONG_NUMBER = re.compile(r"[0-9]{12,}")  # an order: Excel shows 2.03E+12 and keeps fifteen digits


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The file."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cell(value: Any) -> Any:
    """A text that a spreadsheet would run, or round, gets a quote in front; numbers stay numbers."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    is_formula = value.lstrip(" ").startswith(_FORMULA)
    return f"'{value}" if is_formula or _LONG_NUMBER.fullmatch(value) else value
