"""Buttons that are pressed while the ticket form is open: its own, and others."""

import pytest

from kefu.dialogue.said import Entity, Said
from kefu.dialogue.ticket_form import next_step
from kefu.show import SKIPPED


def pressed(title: str, intent: str, *entities: Entity) -> Said:
    return Said(title, intent, 1.0, entities, is_pressed=True)


@pytest.mark.parametrize("asked", ["time", "amount", "phone", "ticket_confirmed", "brand"])
def test_a_button_of_wechats_menu_is_answered_and_is_no_answer(asked: str) -> None:
    step = next_step(asked, pressed("忘记密码", "forgot_password"), 1)
    assert step.answer_question and dict(step.slots) == {"bad_answers": 1, "back": True}
    menu = next_step(asked, pressed("全部菜单", "menu"), 1)
    assert menu.say == ("utter_ticket_finish_first",) and dict(menu.slots) == {"bad_answers": 1, "back": True}


def test_buttons_of_the_form_itself_and_a_story_that_begins_with_one_are_answers() -> None:
    assert next_step("time", pressed("跳过", "skip"), 0).slots["time"] == SKIPPED
    assert next_step("time", pressed("今天", "inform", Entity("time", "今天")), 0).slots["time"] == "今天"
    begun = next_step("description", pressed("付款失败", "payment_failed"), 0)
    assert not begun.answer_question and "付款失败" in begun.slots.values()
