"""When the bot did not understand, or the matter is not the wallet's."""

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.after_alarm import about_alarm, back_to_alarm
from actions.answer import answer_oddly, tell
from actions.brand import ask_brand, must_ask_brand
from actions.emergency import kind_of, raise_alarm
from actions.feedback import rate_late
from actions.going_on import go_on_with_it
from actions.guided import option_named
from actions.in_passing import go_along
from actions.lost_money import ask_who
from actions.matter import KEPT
from actions.menu_keys import press_key
from actions.notes import about_ticket
from actions.open_matter import about_matter, ranking_of
from actions.phone import reassure
from actions.registering import register_now
from actions.safety import of_safety
from actions.showing import go_on, miss, noted, offer_ticket, say
from actions.tickets import ticket_named
from actions.turn import Turn
from actions.unanswered import keep_unanswered
from kefu.dialogue.answering import CHOICES, SURE, Decision, decide
from kefu.dialogue.odd_messages import Kind, in_chinese, kind_of_text
from kefu.dialogue.said import FACTS
from kefu.dialogue.ticket_form import asks
from kefu.knowledge import Band, knowledge_base

_MOST_MISSES = 3  # then a person is offered instead of the same words
_WISHES = re.compile(r"给我|帮我|我要|我想|请|来(个|一)|讲|唱|推荐|介绍|告诉")
_OF_THE_CARD = re.compile(  # what was paid with
    r"^(我|就|是|用|的|那张|[\u4e00-\u9fff]{2,6}银行|[工农中建交招]行|[,.]){0,8}信用卡(的|付的?|呀|啊|[,.!]){0,8}$"
)
_OF_SOMETHING = re.compile(
    r"^(那|这|我|要|该|,){0,8}(怎么?|咋|如何|在?哪里?|去哪|从哪)[^,.?]{1,4}[?呢啊呀]*$"
)  # 怎么关: of what?
_OF_A_STORY = re.compile(
    r"[钱款账帐卡扣店付买卖转退充提单费额他她]|商|老板|对方|客服|银行|手机|电话|短信|余额|号|失败|收到|页面|按钮"
)


class ActionOutOfScope(Action):
    """Decline what is not ours; where that is not sure, offer what might be meant."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_out_of_scope"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Utter what fits; a question without an answer is kept for the trainers."""
        turn = Turn.of(tracker)
        return await keep_unanswered(turn, await self._beside(dispatcher, turn, tracker, domain))

    async def _beside(
        self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """The open guide's answer, thanks for stars, a word on odd messages, choices, a refusal."""
        if kind := kind_of(turn, tracker):
            return await raise_alarm(dispatcher, turn, tracker, kind)
        asked = (
            ask_who(dispatcher, turn, tracker)
            or await about_alarm(dispatcher, turn, tracker)
            or await back_to_alarm(dispatcher, turn, tracker)
            or of_safety(dispatcher, turn, tracker)
            or reassure(dispatcher, turn, tracker)
            or answer_oddly(dispatcher, turn)
        )
        if asked:
            return asked
        named = option_named(turn, tracker)
        if named:
            return go_on(dispatcher, turn, tracker, *named)
        rated = await rate_late(dispatcher, turn, tracker)
        if rated:
            return rated
        about = await ticket_named(dispatcher, turn) or await about_ticket(dispatcher, turn, tracker)
        if about:
            return about
        of_the_matter = about_matter(dispatcher, turn, tracker)
        if of_the_matter:
            return of_the_matter
        bidden = go_along(dispatcher, turn, tracker) or register_now(dispatcher, turn, tracker)
        if bidden:
            return bidden
        kind = kind_of_text(turn.text)
        if kind is Kind.CREDIT and tracker.get_slot("topic") and _OF_THE_CARD.match(turn.text):
            return noted(dispatcher, turn, tracker)
        if kind in (Kind.HEARD, Kind.PLEASED, Kind.ANGRY):
            return _reaction(dispatcher, tracker, kind)
        key = await press_key(dispatcher, turn, tracker, domain)
        if key:
            return key
        if kind is Kind.UNCLEAR:
            return miss(dispatcher, turn, tracker)
        chinese = in_chinese(turn.text)
        if chinese != turn.text:
            return _without_english(dispatcher, turn, tracker, chinese)
        may_go_on = kind is Kind.ORDINARY and (turn.confidence < SURE or _OF_SOMETHING.match(turn.text))
        more = go_on_with_it(dispatcher, turn, tracker) if may_go_on else []
        if more:
            return more
        if kind is Kind.ORDINARY and tracker.get_slot("topic") and _adds_to_the_story(turn):
            heard = noted(dispatcher, turn, tracker)
            return heard if _is_about_it(turn) else heard[-1:]
        if kind is not Kind.ORDINARY or turn.confidence >= SURE:
            return _decline(dispatcher, tracker, kind)
        decision = decide(turn.text, ranking_of(turn, tracker), turn.brand, knowledge_base(), turn.questions)
        if decision.band is not Band.REFUSE and must_ask_brand(turn, tracker):
            return ask_brand(dispatcher, tracker)
        return await tell(dispatcher, turn, tracker, decision)


class ActionNoneOfThese(Action):
    """None of the offered questions was meant."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_none_of_these"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Ask for other words; the third time offer a person."""
        question, turn = tracker.get_slot("question"), Turn.of(tracker)
        missed = await keep_unanswered(turn, miss(dispatcher, turn, tracker), (question or "").rpartition("；")[-1])
        return [*missed, SlotSet("question", question)]


def _adds_to_the_story(turn: Turn) -> bool:
    """他店关了, 昨天晚上7点在奶茶店: neither a question nor a wish, while a matter is open."""
    return turn.confidence >= SURE and not asks(turn.text) and not _WISHES.search(turn.text)


def _is_about_it(turn: Turn) -> bool:
    """Whether a statement belongs in a ticket: not 今天天气真好."""
    names = {entity.name for entity in turn.entities if entity.name != "time" or "T" in entity.value}
    return bool(_OF_A_STORY.search(turn.text) or names & {*FACTS, *KEPT})


def _without_english(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, chinese: str) -> list[EventType]:
    """我的app login不了: what its words alone may mean is offered."""
    found = knowledge_base().search(chinese, None, turn.brand.id, CHOICES)
    if not found.hits:
        return miss(dispatcher, turn, tracker)
    entries = tuple(hit.entry for hit in found.hits)
    return say(dispatcher, turn, tracker, Decision(Band.CLARIFY, entries, found.version))


def _decline(dispatcher: CollectingDispatcher, tracker: Tracker, kind: Kind) -> list[EventType]:
    misses = int(tracker.get_slot("misses") or 0) + 1
    gives_up = kind is Kind.ORDINARY and misses >= _MOST_MISSES
    dispatcher.utter_message(response="utter_miss_give_up" if gives_up else f"utter_{kind.value}")
    return [SlotSet("faq_id", None), SlotSet("misses", misses)]


def _reaction(dispatcher: CollectingDispatcher, tracker: Tracker, kind: Kind) -> list[EventType]:
    """哦, 👌, 😡: after an answer they say whether it helped; alone they say nothing."""
    if not tracker.get_slot("topic"):
        dispatcher.utter_message(response=f"utter_{kind.value}")
        return []
    if kind is Kind.ANGRY:
        return offer_ticket(dispatcher, tracker, "utter_still_open")
    dispatcher.utter_message(response="utter_ask_solved")
    return [SlotSet("asks", "solved")]
