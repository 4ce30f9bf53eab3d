"""A landline, where the form asks for a number to call: kept sealed, as a mobile is at the door.

Elsewhere a landline is a shop's or a bank's, so that the door leaves it in the text.
"""

import re
from dataclasses import replace

from kefu.dialogue.said import Entity, Said
from kefu.sealing import seal

_LANDLINE = re.compile(r"(?<!\d)\(?0\d{2,3}\)?[ -]?\d{7,8}(?!\d)")
_MASKED = re.compile(r"(?<!\d)0\d{1,3}[\d-]*\*{4}\d{4}(?!\d)")  # one that the door has sealed: 座机010-…


def with_landline(asked: str, said: Said) -> Said:
    """The message with the landline in it as its phone, where one was asked for and no mobile is told."""
    if asked != "phone" or any(entity.name == "phone" for entity in said.entities):
        return said
    masked, clear = _MASKED.search(said.text), _LANDLINE.search(said.text)
    if masked and said.sealed_phone:
        return _with(said, masked, masked[0], said.sealed_phone)
    return _with(said, clear, f"{clear[0][:3]}****{clear[0][-4:]}", seal(clear[0])) if clear else said


def _with(said: Said, place: re.Match[str], shown: str, sealed: str) -> Said:
    """The message with that phone; its place is taken by a mask of the same length, so that offsets stay."""
    text = said.text[: place.start()] + shown.ljust(len(place[0]), "*") + said.text[place.end() :]
    others = [entity for entity in said.entities if entity.name not in ("amount", "phone")]
    phone = Entity("phone", shown, place.start(), place.end())
    return replace(said, text=text, entities=[*others, phone], sealed_phone=sealed)
