"""Sealing: opened with the key only, comparable without it being opened."""

import pytest

from kefu import sealing
from kefu.sealing import fingerprint, fingerprints, is_sealed_now, seal, unseal
from kefu.settings import Settings


@pytest.mark.parametrize("value", ["13800138000", "", "张三 🙂", "a" * 5000])
def test_what_was_sealed_can_be_opened(value: str) -> None:
    assert unseal(seal(value)) == value


def test_a_token_shows_nothing_and_differs_each_time() -> None:
    one, two = seal("13800138000"), seal("13800138000")
    assert "13800138000" not in one
    assert one != two


@pytest.mark.parametrize("token", ["", "nonsense", "不是令牌", "gAAAAABk"])
def test_a_forged_token_opens_to_nothing(token: str) -> None:
    assert unseal(token) is None


def test_a_changed_token_opens_to_nothing() -> None:
    token = seal("13800138000")
    middle = len(token) // 2
    assert unseal(token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]) is None


def test_another_key_opens_nothing_and_finds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    token, digest = seal("13800138000"), fingerprint("post", "web-1")
    monkeypatch.setattr(sealing, "settings", lambda: Settings(secret="another"))
    assert unseal(token) is None
    assert fingerprint("post", "web-1") != digest


def test_a_fingerprint_is_the_same_each_time_and_shows_nothing() -> None:
    digest = fingerprint("post", "web-1")
    assert digest == fingerprint("post", "web-1")
    assert len(digest) == 64
    assert set(digest) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "parts", [("my", "web-1"), ("post", "web-2"), ("web-1", "post"), ("postweb-1",), ("pos", "tweb-1")]
)
def test_other_parts_have_another_fingerprint(parts: tuple[str, ...]) -> None:
    assert fingerprint(*parts) != fingerprint("post", "web-1")


def test_an_earlier_key_still_opens_and_still_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "settings", lambda: Settings(secret="first"))
    token, digest = seal("13800138000"), fingerprint("post", "web-1")
    monkeypatch.setattr(sealing, "settings", lambda: Settings(secret="third", old_secrets="second, first"))
    assert unseal(token) == "13800138000"
    assert not is_sealed_now(token)
    assert is_sealed_now(seal("13800138000"))
    assert fingerprints("post", "web-1")[0] == fingerprint("post", "web-1") != digest
    assert fingerprints("post", "web-1")[2] == digest
