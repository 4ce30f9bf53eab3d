"""Long texts in parts: WeChat counts bytes, people read sentences."""

import re

LIMIT = 2048  # bytes of a text message
PART = 1200  # bytes of a part: leaves room for a list of choices under it

_BORDERS = (re.compile(r"\n+"), re.compile(r"[。！？!?；;…]+[”’」』）)]*"), re.compile(r"[，,、：: ]"))
_LINKS = re.compile(r"<a\s[^>]*>.*?</a>|https?://[!-~]+", re.DOTALL)
_FLAG = re.compile(r"[\U0001f1e6-\U0001f1ff]{2}")  # two letters that are one flag
_JOINED = re.compile(r"[\u200d\ufe0e\ufe0f\u0300-\u036f\u20e3\U0001f3fb-\U0001f3ff]")


def size(text: str) -> int:
    """Bytes that WeChat counts."""
    return len(text.encode())


def parts(text: str, limit: int = PART) -> list[str]:
    """The text in parts of at most `limit` bytes, cut after a paragraph, else a sentence, else a comma; not in a link.

    The same text gives the same parts, whoever asks: what was delivered is counted in parts.
    """
    found: list[str] = []
    rest = text.strip()
    while size(rest) > limit:
        end = _cut(rest, limit)
        found.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [part for part in (*found, rest) if part]


def _cut(text: str, limit: int) -> int:
    """Where the first part ends: a border in its second half, else as far as it goes."""
    longest = len(text.encode()[:limit].decode(errors="ignore"))
    links = [match.span() for match in _LINKS.finditer(text)]
    for border in _BORDERS:
        ends = [match.end() for match in border.finditer(text, 0, longest) if _around(links, match.end()) is None]
        if ends and ends[-1] > longest // 2:
            return ends[-1]
    end = longest
    if (before := _around([*links, *(match.span() for match in _FLAG.finditer(text))], end)) is not None:
        end = before if before > 0 else end
    while end > 1 and (_JOINED.match(text[end]) or text[end - 1] == "\u200d"):  # an emoji of several characters
        end -= 1
    return end if end > 1 else longest


def _around(spans: list[tuple[int, int]], place: int) -> int | None:
    """Where what would be cut in two at a place begins."""
    return next((start for start, end in spans if start < place < end), None)
