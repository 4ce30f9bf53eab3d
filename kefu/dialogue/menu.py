"""The numbered menu, like a telephone's voice menu; edited in data/menu.yml."""

import re
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError, root_validator

from kefu.settings import settings
from kefu.yaml_file import DataError, DataErrors, LineDict, load_yaml
from kefu.yaml_models import mistakes

MAIN = "main"
_MOST = 8  # 9 and 0 are taken
_FIGURES = "0123456789零一二三四五六七八九"
_KEY = re.compile(rf"^(?:请|我|就)?(?:按|选|回复?|转)?\s*(?P<key>[{_FIGURES}])\s*(?:键|号)?[吧了,.!]*$")


class MenuOption(BaseModel):
    """A line of a menu: opens another menu, or asks what an intent stands for."""

    title: str
    open: str | None = None
    ask: str | None = None

    class Config:
        extra = "forbid"
        frozen = True

    @root_validator
    def _does_one_thing(cls, values: dict[str, str | None]) -> dict[str, str | None]:
        if bool(values.get("open")) == bool(values.get("ask")):
            raise ValueError("每个选项写 open 或 ask 之一")
        return values


class Menu(BaseModel):
    """One level."""

    text: str
    options: list[MenuOption] = Field(min_items=1)

    class Config:
        extra = "forbid"
        frozen = True


def load_menus(path: Path) -> dict[str, Menu]:
    """The menus of a file by name.

    Raises:
        DataError: the file is not as expected, or an option opens a menu that is not there.
    """
    content = load_yaml(path)
    if not isinstance(content, LineDict) or MAIN not in content:
        raise DataError(path, 1, f"应是“菜单名: 内容”，并且包含 {MAIN}")
    menus = {name: _menu(path, content, name) for name in content}
    for name, menu in menus.items():
        for option in menu.options:
            if option.open and option.open not in menus:
                raise DataError(path, content.lines[name], f"{name} 里的“{option.title}”要打开的 {option.open} 不存在")
    return menus


def _menu(path: Path, content: LineDict, name: str) -> Menu:
    fields = content[name]
    if not isinstance(fields, LineDict):
        raise DataError(path, content.lines[name], f"菜单 {name} 下面应是 text 和 options")
    try:
        menu = Menu(**{str(key): value for key, value in fields.items()})
    except ValidationError as error:
        raise DataErrors(list(mistakes(path, fields, error, f"菜单 {name} 的 ", content.lines[name]))) from error
    if len(menu.options) > _MOST:
        raise DataError(path, content.lines[name], f"菜单 {name} 最多 {_MOST} 项（9 是返回，0 是人工）")
    return menu


def key_of(text: str) -> str | None:
    """The key that a message presses, in figures or words (2, 二, 按0, 九); None for any other message."""
    found = _KEY.match(text.strip())
    return str(_FIGURES.index(found["key"]) % 10) if found else None


@lru_cache(maxsize=1)
def menus() -> dict[str, Menu]:
    """The menus of this process."""
    return load_menus(settings().data_dir / "menu.yml")
