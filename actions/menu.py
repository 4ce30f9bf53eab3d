"""The numbered menu."""

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import Button
from actions.turn import Turn
from kefu.dialogue.menu import MAIN, MenuOption, menus


class ActionMenu(Action):
    """Show a level of the menu; its lines are numbered in the text, so that it works on every channel."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_menu"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Utter the level that was chosen, else the first."""
        show_menu(dispatcher, Turn.of(tracker).entity("menu") or MAIN)
        return [SlotSet("faq_id", None), SlotSet("guide", None)]


def show_menu(dispatcher: CollectingDispatcher, name: str = MAIN) -> None:
    """Utter a level of the menu; the first where there is none of that name."""
    known = menus()
    menu = known.get(name, known[MAIN])
    buttons = [_button(number, option) for number, option in enumerate(menu.options, start=1)]
    if name != MAIN:
        buttons.append({"title": "9 返回", "payload": "/menu"})
    buttons.append({"title": "0 人工", "payload": "/human_agent"})
    lines = "\n".join(button["title"] for button in buttons)
    dispatcher.utter_message(text=f"{menu.text}\n{lines}", buttons=buttons)


def _button(number: int, option: MenuOption) -> Button:
    payload = f"/{option.ask}" if option.ask else "/menu" + json.dumps({"menu": option.open})
    return {"title": f"{number} {option.title}", "payload": payload}
