"""The wallets that one deployment serves, from data/brands.yml."""

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ValidationError

from kefu.settings import settings
from kefu.yaml_file import DataError, DataErrors, LineDict, load_yaml
from kefu.yaml_models import mistakes

DEFAULT_BRAND = "post"
_SHORT = 2  # characters of a nickname


class Brand(BaseModel):
    """One wallet: what customers call it and how they reach its people."""

    id: str
    name: str
    nicknames: list[str] = []
    hotline: str
    email: str
    hours: str
    app: str

    class Config:
        extra = "forbid"
        frozen = True

    def variables(self) -> dict[str, str]:
        """What answers may mention in braces: {brand}, {hotline}, {email}, {hours}, {app}."""
        return {
            "brand": self.name,
            "hotline": self.hotline,
            "email": self.email,
            "hours": self.hours,
            "app": self.app,
        }


PLACEHOLDERS = frozenset({"brand", "hotline", "email", "hours", "app"})


def load_brands(path: Path) -> dict[str, Brand]:
    """The brands of a file by id.

    Raises:
        DataError: the file is not as expected; says where.
    """
    content = load_yaml(path)
    if not isinstance(content, LineDict) or DEFAULT_BRAND not in content:
        raise DataError(path, 1, f"应是“品牌: 内容”，并且包含默认品牌 {DEFAULT_BRAND}")
    return {brand_id: _brand(path, brand_id, fields, content.lines[brand_id]) for brand_id, fields in content.items()}


def _brand(path: Path, brand_id: str, fields: object, line: int) -> Brand:
    if not isinstance(fields, LineDict):
        raise DataError(path, line, f"品牌 {brand_id} 下面应是 name、hotline 等字段")
    unknown = [name for name in fields if name == "id" or not isinstance(name, str)]
    if unknown:
        raise DataError(path, line, f"品牌 {brand_id} 里有不认识的字段 {'、'.join(map(str, unknown))}")
    try:
        return Brand(id=brand_id, **fields)
    except ValidationError as error:
        raise DataErrors(list(mistakes(path, fields, error, f"品牌 {brand_id} 的 ", line))) from error


@lru_cache(maxsize=1)
def brands() -> dict[str, Brand]:
    """The brands of this deployment by id."""
    return load_brands(settings().data_dir / "brands.yml")


NEUTRAL = Brand(
    id="",
    name="钱包",
    hotline="钱包 App 里写的客服热线",
    email="钱包 App 里写的客服邮箱",
    hours="以 App 里写的为准",
    app="钱包 App",
)  # stands in while nobody knows which wallet the customer uses; no brand's own answer is for it


def brand_or_neutral(brand_id: object) -> Brand:
    """The brand of that id; NEUTRAL for anything else."""
    return brands().get(brand_id, NEUTRAL) if isinstance(brand_id, str) else NEUTRAL


def brand_named(text: str) -> Brand | None:
    """The one brand that a text names, by name or nickname; None where it names none, or both."""
    found = [brand for brand in brands().values() if any(_says(text, name) for name in (brand.name, *brand.nicknames))]
    return found[0] if len(found) == 1 else None


def _says(text: str, name: str) -> bool:
    """A short nickname counts only alone: “my” is a word of English as well."""
    spoken, wanted = text.casefold().strip(), name.casefold()
    return wanted in spoken if len(wanted) > _SHORT else wanted == spoken


def brand_or_default(brand_id: object) -> Brand:
    """The brand of that id; the default one for anything else."""
    known = brands()
    return known.get(brand_id, known[DEFAULT_BRAND]) if isinstance(brand_id, str) else known[DEFAULT_BRAND]
