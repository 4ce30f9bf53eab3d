"""Features are numbered as a dictionary would number them."""

from hypothesis import given
from hypothesis import strategies as st

from kefu.nlu.vocabulary import Vocabulary

FEATURES = st.lists(st.text(max_size=3), max_size=40)


@given(st.lists(st.text(max_size=3), max_size=40, unique=True), FEATURES)
def test_numbers_what_it_knows(known: list[str], asked: list[str]) -> None:
    numbers = {feature: number for number, feature in enumerate(known)}
    found = Vocabulary(known).rows(asked)
    assert sorted(found.tolist()) == sorted(numbers[feature] for feature in asked if feature in numbers)
    assert len(Vocabulary(known)) == len(known)
