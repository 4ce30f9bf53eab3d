"""The menu under an official account's chat, from data/wechat_menu.yml."""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError, root_validator

from kefu.settings import settings
from kefu.yaml_file import DataError, LineDict, load_yaml

DEFAULT = "default"
_LINK = re.compile(r"https?://\S+")
_LONGEST_NAME = 60  # bytes; on the first level:
_LONGEST_TOP_NAME = 16
_KEY = re.compile(r"(?P<kind>ask|open):(?P<name>\w+)")


class Item(BaseModel):
    """A button: asks what an intent stands for, opens a level of the numbered menu, or follows a link."""

    name: str
    ask: str | None = None
    open: str | None = None
    link: str | None = None

    class Config:
        extra = "forbid"
        frozen = True

    @root_validator(skip_on_failure=True)
    def _does_one_thing(cls, values: dict[str, Any]) -> dict[str, Any]:
        if sum(bool(values.get(name)) for name in ("ask", "open", "link", "sub")) != 1:
            raise ValueError(f"“{values['name']}”要写 ask、open、link、sub 之一")
        if values["link"] and not _LINK.fullmatch(values["link"]):
            raise ValueError(f"“{values['name']}”的 link 应以 http:// 或 https:// 开头")
        if len(values["name"].encode()) > _LONGEST_NAME:
            raise ValueError(f"“{values['name']}”：名字最长 {_LONGEST_NAME} 字节")
        return values


class Button(Item):
    """A button of the first level, which may hold others."""

    sub: list[Item] = Field(default=[], max_items=5)


def load_wechat_menus(path: Path) -> dict[str, list[Button]]:
    """The buttons by brand (`default`: all others).

    Raises:
        DataError: the file is not as WeChat allows.
    """
    content = load_yaml(path)
    if not isinstance(content, LineDict) or DEFAULT not in content:
        raise DataError(path, 1, f"应是“品牌: 按钮列表”，并且包含 {DEFAULT}")
    return {brand: _items(path, content, brand) for brand in content}


def unknown_names(
    menus: Mapping[str, list[Button]], intents: Collection[str], levels: Collection[str]
) -> list[tuple[str, str]]:
    """Pairs of brand and name that a menu uses and nobody knows."""
    found = [(brand, item) for brand, items in menus.items() for top in items for item in (top, *top.sub)]
    return [
        (brand, name)
        for brand, item in found
        for name, known in ((item.ask, intents), (item.open, levels))
        if name and name not in known
    ]


def platform_menu(menus: Mapping[str, list[Button]], brand: str) -> dict[str, Any]:
    """A brand's menu as the platform wants it."""
    return {"button": [_button(item) for item in menus.get(brand, menus[DEFAULT])]}


def pressed(key: str) -> tuple[str, str] | None:
    """The intent command and the title behind the key of a pressed button; None for a key of somebody else's."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    for items in wechat_menus().values():
        for item in (item for top in items for item in (top, *top.sub)):
            if _key(item) == key:
                name = found["name"]
                return (f"/{name}" if found["kind"] == "ask" else f'/menu{{"menu": "{name}"}}'), item.name
    return None  # a menu of yesterday


@lru_cache(maxsize=1)
def wechat_menus() -> dict[str, list[Button]]:
    """The menus of this process."""
    return load_wechat_menus(settings().data_dir / "wechat_menu.yml")


def _items(path: Path, content: LineDict, brand: str) -> list[Button]:
    line = content.lines[brand]
    rows = content[brand]
    if not isinstance(rows, list) or not 1 <= len(rows) <= 3:
        raise DataError(path, line, f"{brand} 下面应是 1 到 3 个按钮")
    items = []
    for row in rows:
        where = row.line if isinstance(row, LineDict) else line
        try:
            items.append(Button(**row))
        except ValidationError as error:
            first = error.errors()[0]
            raise DataError(path, where, f"{'.'.join(map(str, first['loc']))}：{first['msg']}") from error
        except TypeError as error:
            raise DataError(path, where, "按钮应是 name 加 ask、open、link、sub 之一") from error
        if len(items[-1].name.encode()) > _LONGEST_TOP_NAME:
            raise DataError(path, where, f"“{items[-1].name}”：一级菜单的名字最长 16 字节(5 个汉字)")
    return items


def _button(item: Item) -> dict[str, Any]:
    if isinstance(item, Button) and item.sub:
        return {"name": item.name, "sub_button": [_button(one) for one in item.sub]}
    if item.link:
        return {"type": "view", "name": item.name, "url": item.link}
    return {"type": "click", "name": item.name, "key": _key(item)}


def _key(item: Item) -> str:
    return f"ask:{item.ask}" if item.ask else f"open:{item.open}"
