"""No text of one wallet reaches the other's customer, and none at all one whose wallet is unknown."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from rasa.shared.core.domain import Domain

from kefu.brands import NEUTRAL, Brand, brands
from kefu.dialogue.nlg import BrandNlg
from kefu.knowledge import load_faq

TELLS_THE_WALLETS_APART = {"about_wallet.two_wallets"}
OTHER = {  # what the dialogue itself fills in
    "other": "那个钱包",
    "other_hotline": "那边的热线",
    "company": "别家",
    "company_hotline": "",
    "status": "处理中",
    "facts": "金额300元",
    "meaning": "退款",
}
READERS = [*brands().values(), NEUTRAL]


def own_words(brand: Brand) -> set[str]:
    return {brand.name, brand.hotline, brand.email}


def foreign(text: str, reader: Brand) -> set[str]:
    words = {word for brand in brands().values() if brand != reader for word in own_words(brand)}
    return {word for word in words if word in text}


@pytest.mark.parametrize("reader", READERS, ids=lambda brand: brand.id or "unknown")
def test_answers(root: Path, reader: Brand) -> None:
    shown = {entry.id: entry for entry in load_faq(root / "data/faq") if entry.is_for(reader.id)}
    assert len(shown) > 150
    wrong = {
        entry.id: words
        for entry in shown.values()
        for channel in (None, "wechat", "website")
        if (words := foreign(entry.text_for(reader, channel), reader)) and entry.id not in TELLS_THE_WALLETS_APART
    }
    assert wrong == {}


def test_answers_of_one_wallet_only_are_not_for_others(root: Path) -> None:
    for entry in load_faq(root / "data/faq"):
        for reader in READERS:
            served = entry.text_for(reader) if entry.is_for(reader.id) else ""
            others = [text for brand, text in entry.answer.items() if brand not in ("default", reader.id)]
            assert not served or served not in others


@pytest.mark.parametrize("reader", READERS, ids=lambda brand: brand.id or "unknown")
async def test_responses(root: Path, reader: Brand) -> None:
    nlg = BrandNlg(None, Domain.load(str(root / "domain.yml")))
    names = yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))["responses"]
    message = SimpleNamespace(metadata={"brand": reader.id or None}, intent={})
    for name in names:
        for slots in ({}, {"back": True}, {"bad_answers": 1, "back": False}, {"bad_answers": 2, "back": False}):
            tracker = SimpleNamespace(
                latest_message=message, get_slot=slots.get, current_slot_values=lambda slots=slots: slots
            )
            said = await nlg.generate(name, tracker, "rest", receipt="KF7K3M9QXT2B", before=3, matter="提现", **OTHER)
            assert said, name
            assert foreign(str(said), reader) == set(), name
            assert "{" not in said["text"], name
