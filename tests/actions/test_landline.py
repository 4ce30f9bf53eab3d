"""A landline is kept sealed where the form asks for a number, and stays in the text elsewhere."""

import pytest

from actions.landline import with_landline
from kefu.dialogue.said import Entity, Said
from kefu.dialogue.ticket_form import next_step
from kefu.sealing import unseal


@pytest.mark.parametrize("text", ["010-62345678", "座机(010)62345678可以吗", "0755 12345678"])
def test_it_is_the_phone_where_one_is_asked_for(text: str) -> None:
    said = with_landline("phone", Said(text, "out_of_scope"))
    step = next_step("phone", said, 0, "refund")
    assert "****" in step.slots["phone"]
    assert unseal(step.slots["phone_sealed"]) in text
    assert text not in said.text, "and no longer in clear"


def test_one_that_the_door_has_sealed_is_taken_over() -> None:
    said = with_landline("phone", Said("座机010****5678", "out_of_scope", sealed_phone="sealed"))
    assert next_step("phone", said, 0, "refund").slots["phone_sealed"] == "sealed"


def test_elsewhere_it_is_a_shops() -> None:
    said = Said("银行电话010-62345678打不通", "out_of_scope")
    assert with_landline("description", said) is said


def test_a_mobile_goes_first() -> None:
    both = Said("138****5678或010-62345678", "out_of_scope", 0.9, [Entity("phone", "138****5678", 0, 11)], "mobile")
    assert with_landline("phone", both).sealed_phone == "mobile"
