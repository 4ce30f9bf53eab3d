"""One FAQ entry: what trainers may write, and which text a customer gets."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from kefu.brands import brands
from kefu.knowledge import FaqEntry

FIELDS: dict[str, Any] = {
    "id": "refund.apply",
    "question": "怎么申请退款?",
    "answer": {"default": "默认"},
    "owner": "支付组",
    "valid_from": date(2026, 1, 1),
    "source": "MY钱包",
}
POST, MY = brands()["post"], brands()["my"]


def entry(**changes: Any) -> FaqEntry:
    return FaqEntry(**{**FIELDS, **changes})


def test_only_the_fields_that_trainers_fill_are_needed() -> None:
    found = entry()
    assert (found.intent, found.variants, found.channels, found.related, found.valid_to) == ("refund", [], {}, [], None)


@pytest.mark.parametrize("name", FIELDS)
def test_a_needed_field_may_not_be_left_out(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        FaqEntry(**{field: value for field, value in FIELDS.items() if field != name})


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "refund"},
        {"id": "Refund.apply"},
        {"id": "refund.apply.again"},
        {"id": "退款.apply"},
        {"id": "refund.apply\n"},
        {"question": "退"},
        {"question": "退" * 41},
        {"answer": {}},
        {"answer": {"default": " \n"}},
        {"answer": {"default": "拨打{phone}"}},
        {"answer": {"default": "拨打{hotline"}},
        {"answer": {"default": "拨打{}"}},
        {"answer": {"default": "拨打{hotline.real}"}},
        {"answer": {"default": "好", "my": "{0}"}},
        {"channels": {"wechat": "拨打{phone}"}},
        {"owner": ""},
        {"source": ""},
        {"valid_from": "很快"},
        {"answers": {"default": "打错的字段"}},
        {"valid_to": 20271231},
        {"valid_from": 2026},
        {"answer": {"default": "{hotline:{width}}"}},
    ],
    ids=str,
)
def test_a_mistake_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(changes))):
        entry(**changes)


def test_an_entry_never_changes() -> None:
    with pytest.raises(TypeError, match="immutable"):
        entry().question = "别的"


@pytest.mark.parametrize(
    ("answer", "post", "my"),
    [
        ({"default": "a"}, True, True),
        ({"default": "a", "my": "b"}, True, True),
        ({"my": "b"}, False, True),
        ({"post": "a"}, True, False),
    ],
)
def test_an_answer_is_for_those_it_names(answer: dict[str, str], post: bool, my: bool) -> None:
    found = entry(answer=answer)
    assert (found.is_for("post"), found.is_for("my")) == (post, my)


@pytest.mark.parametrize(
    ("valid_to", "day", "valid"),
    [
        (None, date(2025, 12, 31), False),
        (None, date(2026, 1, 1), True),
        (None, date(2099, 1, 1), True),
        (date(2026, 6, 30), date(2026, 6, 30), True),
        (date(2026, 6, 30), date(2026, 7, 1), False),
    ],
)
def test_both_ends_of_the_validity_count(valid_to: date | None, day: date, valid: bool) -> None:
    assert entry(valid_to=valid_to).is_valid(day) is valid


BOTH = {"answer": {"default": "默认", "my": "我的"}, "channels": {"wechat": "短的"}}


@pytest.mark.parametrize(
    ("brand", "channel", "text"),
    [
        (POST, None, "默认"),
        (POST, "website", "默认"),
        (POST, "wechat", "短的"),
        (MY, None, "我的"),
        (MY, "wechat", "我的"),
    ],
)
def test_a_brands_own_text_comes_before_the_channels_and_the_default(brand, channel: str | None, text: str) -> None:
    assert entry(**BOTH).text_for(brand, channel) == text


def test_placeholders_are_filled_with_the_brands_own_data() -> None:
    found = entry(answer={"default": "\n{brand}:{hotline},{email},{hours},{app}\n"})
    for brand in (POST, MY):
        assert found.text_for(brand) == f"{brand.name}:{brand.hotline},{brand.email},{brand.hours},{brand.app}"


@pytest.mark.parametrize("channels", [{}, {"wechat": "短的"}])
def test_another_brands_entry_has_no_text(channels: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        entry(answer={"my": "我的"}, channels=channels).text_for(POST, "wechat")


def test_entries_are_equal_where_all_is_equal() -> None:
    assert entry() == entry()
    assert entry() != entry(id="refund.other")
    assert entry() != entry(question="别的问题")
    assert entry() != "refund.apply"


def test_comparing_entries_copies_nothing_where_the_id_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = entry(), entry(id="refund.other")
    monkeypatch.setattr(FaqEntry, "dict", lambda self: pytest.fail("copied"))
    assert one == one  # the very same
    assert one != other
