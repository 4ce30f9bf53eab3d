"""Sessions of the widget."""

import pytest

from kefu.channels.website.session import new_session, read_session


def test_a_token_proves_conversation_and_brand() -> None:
    session, token = new_session("my")
    assert read_session(token) == session
    assert session.brand == "my"


def test_conversations_are_unguessable() -> None:
    assert len({new_session("post")[0].conversation for _ in range(100)}) == 100
    assert len(new_session("post")[0].conversation) >= 20


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: "", lambda t: t.replace(".", "")])
def test_a_changed_token_is_worth_nothing(change) -> None:
    assert read_session(change(new_session("post")[1])) is None
