"""Whether a domain is empty is known without building one."""

from collections.abc import Callable

import pytest
from rasa.shared.core.domain import Domain

from kefu.dialogue import patches

DOMAINS = [{}, {"intents": ["fee"]}, {"actions": ["action_answer"]}, {"slots": {}}, {"version": "3.1"}]


@pytest.mark.parametrize("content", DOMAINS, ids=str)
def test_the_same_word_on_every_domain(content: dict[str, object]) -> None:
    domain = Domain.from_dict(content)
    stock = domain.is_empty()
    patches.apply(["empty_domain"])
    assert [domain.is_empty() for _ in range(2)] == [stock, stock]


def test_no_domain_is_built_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    patches.apply(["empty_domain"])
    domain = Domain.from_dict({"intents": ["fee"]})
    assert not domain.is_empty()
    built: list[object] = []
    stock: Callable[[object], Domain] = Domain.from_dict
    monkeypatch.setattr(Domain, "from_dict", lambda content: built.append(content) or stock(content))
    assert not domain.is_empty()
    assert built == []
