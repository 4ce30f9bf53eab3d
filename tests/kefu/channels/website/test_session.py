"""Sessions of the widget."""

import pytest

from kefu.channels.website.session import customer_session, read_session, renewed, visitor_session


def test_a_token_proves_conversation_and_brand() -> None:
    session = visitor_session("my")
    assert read_session(session.token) == session
    assert session.brand == "my"


def test_conversations_are_unguessable() -> None:
    assert len({visitor_session("post").conversation for _ in range(100)}) == 100
    assert len(visitor_session("post").conversation) >= 20


def test_a_visitor_is_renewed_a_customer_is_not() -> None:
    visitor, customer = visitor_session("my", "web-x"), customer_session("my", "u-1")
    assert renewed(visitor).conversation == "web-x"
    assert renewed(customer) == customer


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: "", lambda t: t.replace(".", "")])
def test_a_changed_token_is_worth_nothing(change) -> None:
    assert read_session(change(visitor_session("post").token)) is None
