"""Brands: two wallets from one file, mistakes with their place, a default for everything else."""

from pathlib import Path

import pytest

from kefu.brands import (
    DEFAULT_BRAND,
    NEUTRAL,
    PLACEHOLDERS,
    brand_named,
    brand_or_default,
    brand_or_neutral,
    brands,
    load_brands,
)
from kefu.yaml_file import DataError

POST = "post:\n  name: 甲钱包\n  hotline: '1'\n  email: a@b\n  hours: 全天\n  app: 甲\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "brands.yml"


def test_the_project_serves_both_wallets() -> None:
    assert {brand.id: brand.name for brand in brands().values()} == {"post": "邮政数字钱包", "my": "MY钱包"}


def test_reads_a_brand(file: Path) -> None:
    file.write_text(POST, encoding="utf-8")
    brand = load_brands(file)["post"]
    assert (brand.id, brand.name, brand.hotline, brand.nicknames) == ("post", "甲钱包", "1", [])


def test_answers_may_mention_exactly_the_placeholders(file: Path) -> None:
    file.write_text(POST, encoding="utf-8")
    variables = load_brands(file)["post"].variables()
    assert variables == {"brand": "甲钱包", "hotline": "1", "email": "a@b", "hours": "全天", "app": "甲"}
    assert set(variables) == PLACEHOLDERS


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("", 1, "默认品牌"),
        ("[post]\n", 1, "默认品牌"),
        (POST.replace("post:", "my:"), 1, "默认品牌"),
        (POST + "my: 只有名字\n", 7, "品牌 my"),
        (POST + "my:\n  name: 乙\n", 7, "hotline"),
        (POST + "  phone: 打错的字段\n", 7, "phone"),
        (POST + POST, 7, "重复的键"),
        (POST + "  id: other\n", 1, "id"),
        (POST + "  400: 热线\n", 1, "400"),
    ],
)
def test_a_mistake_is_reported_with_its_line(file: Path, content: str, line: int, message: str) -> None:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        load_brands(file)
    assert (caught.value.path, caught.value.line) == (file, line)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("post", "post"),
        ("my", "my"),
        ("other", DEFAULT_BRAND),
        ("", DEFAULT_BRAND),
        (None, DEFAULT_BRAND),
        (["my"], DEFAULT_BRAND),
    ],
)
def test_whoever_names_no_brand_of_ours_gets_the_default(asked: object, given: str) -> None:
    assert brand_or_default(asked).id == given


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        ("MY钱包", "my"),
        ("我用的是my钱包", "my"),
        ("MY", "my"),
        ("邮政钱包啊", "post"),
        ("邮政数字钱包和MY钱包有啥区别", None),
        ("my phone", None),
        ("", None),
    ],
)
def test_a_wallet_is_known_by_its_names(text: str, brand: str | None) -> None:
    found = brand_named(text)
    assert (found and found.id) == brand


def test_the_neutral_brand_gives_no_wallet_away() -> None:
    texts = " ".join(NEUTRAL.variables().values())
    for brand in brands().values():
        assert not {brand.name, brand.hotline, brand.email} & set(texts.split())
        assert brand.name not in texts
    assert brand_or_neutral("my").id == "my"
    assert brand_or_neutral(None) is brand_or_neutral("other") is NEUTRAL
