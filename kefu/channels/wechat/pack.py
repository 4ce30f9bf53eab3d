"""From the lines of the log to one WeChat message: as many lines as go in, choices as the way allows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Literal

from kefu.channels.log import AGENT, BOT, CUSTOMER, Logged
from kefu.channels.uploads import upload_of
from kefu.channels.wechat.split import LIMIT, parts, size
from kefu.channels.wechat.xml import writable

Way = Literal["passive", "bare", "api", "ahead"]

TRANSFER = "transfer"  # custom field of a line: WeChat's own customer service takes over
MORE = "（还有内容没发完，回复任意内容继续）"
TRANSFER_NEXT = "（回复任意内容，马上为您转人工）"  # no longer than MORE
TRANSFER_AGAIN = "人工客服还没有转成，请再发一次“转人工”，马上为您转接。"
NO_PICTURE = "（客服发来一张图片，但在微信里没能发出来。需要的话，请让客服用文字再说一遍。）"
_CHOOSE = "（回复数字选择）"
_LONGEST_TITLE = 20  # characters
_GAP = "\n\n"
_BY_API = ("api", "ahead")
_ROOM = LIMIT - size(f"\n{MORE}")


@dataclass(frozen=True)
class Choice:
    """A quick reply as it is shown: `id` finds its line and button again, `number` is what a customer types."""

    id: str
    number: int
    title: str


@dataclass(frozen=True)
class Packed:
    """One message, the place in the log that it reaches, and whether there is more behind that."""

    kind: Literal["text", "msgmenu", "transfer", "image"]
    text: str  # of a picture: what stands for it where it can't be sent
    choices: Sequence[Choice]
    to_seq: int
    to_part: int
    has_more: bool
    upload: str = ""
    is_before_transfer: bool = False  # which is all that is behind it for now


@dataclass
class _Piece:
    text: str
    seq: int
    part: int
    is_last: bool
    choices: Sequence[Choice] = field(default_factory=tuple)
    is_transfer: bool = False
    upload: str = ""


def pack(
    lines: Sequence[Logged], after_seq: int, after_part: int, way: Way, has_pictures: bool = True
) -> Packed | None:
    """The next message for a user; None where nothing is owed.

    Args:
        lines: the log from some way before `after_seq` on, in order: choices are numbered by turn.
        after_seq: the last line that was delivered whole.
        after_part: how many parts of the line behind it were delivered.
        way: a passive reply is text only; the API has clickable menus, and pictures, which therefore wait for it;
            a bare reply has no API behind it. Ahead goes, by the API, what stands before a transfer, which itself can
            only go back passively, alone.
        has_pictures: whether pictures can be sent now; else words stand for them.
    """
    owed = _pieces(lines, after_seq, after_part, has_pictures and way != "bare")
    if way == "api":
        for piece in owed:
            piece.text = TRANSFER_AGAIN if piece.is_transfer else piece.text
    elif owed and owed[0].is_transfer and way != "ahead":
        return Packed("transfer", "", (), list(takewhile(lambda piece: piece.is_transfer, owed))[-1].seq, 0, False)
    pieces = owed if way == "api" else list(takewhile(lambda piece: not piece.is_transfer, owed))
    if not pieces or (way == "ahead" and len(pieces) == len(owed)):
        return None
    taken: list[_Piece] = []
    for piece in pieces:
        if taken and (taken[-1].choices or taken[0].upload or piece.upload or _size([*taken, piece], way) > _ROOM):
            break
        taken.append(piece)
    last = taken[-1]
    to_seq, to_part = (last.seq, 0) if last.is_last else (last.seq - 1, last.part + 1)
    has_more = len(taken) < len(pieces if way == "ahead" else owed)
    if last.upload:
        return Packed("image", last.text, (), to_seq, to_part, has_more, last.upload)
    choices = last.choices if way in _BY_API else ()
    is_before_transfer = len(taken) == len(pieces) < len(owed)
    text = _written(taken, way)
    return Packed("msgmenu" if choices else "text", text, choices, to_seq, to_part, has_more, "", is_before_transfer)


def choice_of(line: Logged, choice_id: str) -> dict[str, str] | None:
    """The button (`title`, sealed `payload`) of a line that a clicked id names."""
    index = choice_id.partition(".")[2]
    buttons = line.body.get("buttons") or []
    return buttons[int(index)] if index.isascii() and index.isdigit() and int(index) < len(buttons) else None


def with_more(text: str, is_before_transfer: bool = False) -> str:
    """A text, and the request to write so that the rest, or the transfer, can come."""
    return f"{text}\n{TRANSFER_NEXT if is_before_transfer else MORE}"


def _pieces(lines: Sequence[Logged], after_seq: int, after_part: int, has_pictures: bool) -> list[_Piece]:
    choices = _choices(lines)
    pieces: list[_Piece] = []
    for line in lines:
        if line.who == CUSTOMER or line.seq <= after_seq:
            continue
        skip = after_part if line.seq == after_seq + 1 else 0
        upload = upload_of(line.body.get("image")) or ""
        picture = [NO_PICTURE] if line.body.get("image") else []  # above its text, as on the website
        shown = picture + parts(writable(_text(line)))
        found = [
            _Piece(text, line.seq, index, is_last=index == len(shown) - 1)
            for index, text in enumerate(shown)
            if index >= skip
        ]
        if picture and not skip and has_pictures:
            found[0].upload = upload
        if found:
            found[-1].choices = choices.get(line.seq, ())
            found[-1].is_transfer = bool((line.body.get("custom") or {}).get(TRANSFER))
        pieces += found
    return pieces


def _choices(lines: Sequence[Logged]) -> dict[int, list[Choice]]:
    """The choices that are open now, by line: those of the last turn, or of the last thing said outside of one."""
    said = [line for line in lines if line.who != CUSTOMER]
    if not said:
        return {}
    turn = [said[-1]]
    if not said[-1].message_id:
        turn = []
        for line in reversed(said):
            if line.message_id or line.who != BOT or (turn and _customer_between(lines, line.seq, turn[0].seq)):
                break
            turn.insert(0, line)
    found: dict[int, list[Choice]] = {}
    number = 0
    for line in turn:
        for index, button in enumerate(line.body.get("buttons") or []):
            number += 1
            found.setdefault(line.seq, []).append(
                Choice(f"{line.seq}.{index}", number, button["title"][:_LONGEST_TITLE])
            )
    return found


def _customer_between(lines: Sequence[Logged], first: int, last: int) -> bool:
    return any(line.who == CUSTOMER and first < line.seq < last for line in lines)


def _text(line: Logged) -> str:
    text = line.body.get("text") or ""
    return f"【{line.body['agent']}】{text}" if line.who == AGENT and text and line.body.get("agent") else text


def _size(pieces: Sequence[_Piece], way: Way) -> int:
    clickable = pieces[-1].choices if way in _BY_API else ()
    return size(_written(pieces, way)) + sum(size(choice.title) for choice in clickable)


def _written(pieces: Sequence[_Piece], way: Way) -> str:
    """The text of a message; its choices as a numbered list where they can't be clicked."""
    choices = pieces[-1].choices
    text = _GAP.join(piece.text for piece in pieces)
    if not choices:
        return text
    if way in _BY_API:  # the menu's own lines are under the text
        titles = {choice.title for choice in choices}
        return "\n".join(line for line in text.split("\n") if line.strip() not in titles).strip()
    if any(choice.title[:1].isdigit() for choice in choices):  # numbered in the text itself
        return text
    listed = "\n".join(f"{choice.number} {choice.title}" for choice in choices)
    return f"{text}{_GAP}{listed}\n{_CHOOSE}"
