"""The ticket form as a pure function: what is known, what was asked, what was said → what to do next.

The Rasa form (`ticket_form`) keeps the slots and asks; the decisions are all here.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from kefu.brands import DEFAULT_BRAND
from kefu.dialogue.corrected_topic import Correction, corrected_topic
from kefu.dialogue.emergency import THEFT
from kefu.dialogue.odd_messages import Kind, kind_of_text
from kefu.dialogue.said import Said, facts, says_only_facts
from kefu.dialogue.wrong_field import something_is_wrong, wrong_fields
from kefu.show import SKIPPED
from kefu.text.numerals import parse_numeral
from kefu.topics import OTHER_MATTER, is_business, needs_amount

ON_FILE = "注册钱包时的手机号"
CONFIRMED, PERSON = "yes", "person"
SURE = 0.55  # a question in mid-form is answered from this confidence on

_LONG_ENOUGH = 6  # characters that say more than a topic
_QUICK = 15  # characters of a question that tells no story
_SHORT = 10  # characters that say nothing but that somebody is angry
_MOST_BAD = 2  # bad answers to one question, after which the text is taken as it is
_ENDING = r"[\s,。.!~吧啊呀呢哦哈的了嘛]*"
_CONFIRM = re.compile(
    r"^[\s,。.!]*((确认|提交|没错|对|是|好|可以|没问题|行|嗯|ok|就这样|发吧|交吧|谢谢|谢了)" + _ENDING + r")+$",
    re.IGNORECASE,
)
_SKIP = re.compile(
    r"跳过|不知道|不清楚|不晓得|不记得|记不(清|得|住)|忘(了|记)|没有(单号|订单号)?$|^没有(?!用)|先不填|略过"
    r"|不(想|方便|愿意?)(说|给|填|提供|透露|留)"
)
_KNOWS_NOT = re.compile(  # 不知道什么时候能到账 is a question, 不记得什么时候能到账 is none
    r"((?:不记得|记不(?:清|得|住)|忘(?:了|记)|说不(?:清|准)))?(?(1)|(?:不知道|不清楚|不晓得))(?:是|具体|到底)*"
    r"(?:(?P<time>几点|几号|哪一?天|什么时候|啥时候|时间)|(?P<amount>多少|几块))"
    r"(?(1)|(?![^,.]{0,3}(?:能|会|才|可以|天|手续费|到账|到我|工作日)))"
)
NO_USE = r"(?<!还)没(有)?(什么)?用(?!过|到|微信|支付宝|银行|手机|优惠|红包|余额|零钱|卡|现金|完|上|它|其他|别的)"
_UPSET = re.compile(
    NO_USE
    + r"|不管用|白搭|有(什么|啥|屁)用|烦死|真烦|好烦|烦人|急死|气死|(浪费|耽误)(我)?时间|(这么|真|好|太)(麻烦|啰嗦|慢)"
)
_NO_PHONE = re.compile(
    r"(电话|手机|(?<![卡证单户账帐])号码?).{0,6}(不|别|没|算了|免)|不(留|给|填|说|写|提供|透露|用|要|行|方便)|别(问|打|留)|没(有)?(手机|电话|号)"
)
_KEEPS_PHONE = re.compile(  # the reason may come first: 怕是骗子不留
    r"(?:^|[,.!;]|(?:怕|担心|万一|谁知道)[^,.!?]{0,10}(?:骗|骚扰|泄[露漏]|坏人)[子人我]?[的呢吧了啊]?)"
    r"(?P<refusal>(我|就|我就|那我?)?(不|别)(想|愿意?|方便|敢)?(留|给|填|说|提供|透露))"
)
_PHONE = "(手机|电话|(?<![卡证单户账帐])号码?|联系方式)"  # 身份证号不想给 is about another number
_KEEPS_OTHER_NUMBER = re.compile(r"[卡证单户账帐]号码?.{0,3}(不|别)(想|愿意?|方便|敢|要)?(留|给|填|写|提供|透露|告诉)")
_BIDDEN = re.compile(r"[让叫求劝]我[^,.!?]{0,6}(别|不要|不能)")  # 他让我电话别告诉别人
_KEEPS = "(不|别)(想|愿意?|方便|敢|要)?(留|给|填|写|提供|透露|告诉)"
_KEEPS_PHONE_ANYWHERE = re.compile(
    rf"({_PHONE}(号码?)?.{{0,3}}{_KEEPS}|{_KEEPS}(你们?|别人|我的?)?{_PHONE}(号码?)?)"
    r"(给?你们?|别人|出去|了|的|啊|呀|吧|呢|行吗|行不行|可以吗|可不可以|[,.!?])*$"
)
_REQUEST = (
    r"想(要|再|先)?(问|查|看|咨询|了解|知道)|(?<!话)问[一下]|余额|账单|充值|提现|转账|退款|付款|扣款|手续费"
    r"|限额|密码|银行卡|实名|注册|注销|登录|绑|优惠"
)
_WANTS_OTHER = re.compile(  # 算了想查余额 begins something, 算了不提现了 does not
    r"^(那|还是)*(不用|不要|不弄|不登记|算)了[,.!吧]*(?!.*(不|取消))(那|我|先|再|就|还是|直接)*"
    rf"(?P<request>(?=想(?!起|到)|看|查|办|问|帮|给我|弄|要)(?=.*({_REQUEST})).*)"
)
_NEVER_MIND = re.compile(
    rf"^((不用|不弄|不登记|算)了[,]?我?(自己|再|先)?(等|(?!.*({_REQUEST}))(看|想|试|弄|打|找|办)).{{0,5}}"
    r"|(那|还是)?(不用|不要|不弄|不办|不登记|没事|算)了|算了,?不.{1,4}了)" + _ENDING + "$"
)
_LATER = re.compile(
    r"^(那|我|算了|先不弄了|[,.!])*(明天|改天|回头|晚点|晚些|过会儿?|等会儿?|等下|下次|以后|有空)(我)?再(说|弄|办|来|填|登记|联系)"
    + _ENDING
    + "$"
)
_POLITE = re.compile(  # each alternative is no sequence of others, so that there is one way only to read a text
    r"^(?![您你大家\s,。.!~吧啊呀呢哈的了嘛]*$)"
    r"(谢谢|多谢|谢了|感谢|在吗|好|嗯|哦|噢|收到|知道|明白|ok|辛苦|麻烦|快(点|些)|赶紧|急死|急|人呢"
    r"|[您你大家\s,。.!~吧啊呀呢哈的了嘛])+$",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"[?？]|吗|多久|多少|怎么|咋|什么|啥|哪|几(天|时|点|号)|为何|呢$|(.)(不|没)\2|是否|(能|会|可以|行)[^,.!不]{0,6}不[,.!]*$"
)
ASKS_HOW_LONG = re.compile(
    r"(多久|几天|什么时候|啥时候|多长时间)(?!以?前|以?来).{0,6}(处理|回复|联系|答复|解决|结果|好|办)"
    r"|^(要|得|那|这个?|还|需要|大概|一般)*(等|要)?(多久|几天|多长时间)(?!以?前|以?来)"
)
_LONG_AGO = re.compile(
    r"^(大概|大约|差不多|可能|应该|好像|就|是|在)*(好?几|好多)(天|周|个?星期|个?月|年|个?小时)(以?前|之前)"
)
_CORRECTS = re.compile(r"不是|不对|错了|改(成|为|一下)|应该?是|更正")
_ANOTHER = re.compile(r"^(还有|另外|而且|对了)|也|又")  # 还有 上个月也扣了30
_BEFORE_AMOUNT = re.compile(r"^(不对|不是|错了|应该?|是|要?改(成|为)?|金额|[,\s])*")
_LEAST_BARE, _MOST_BARE = 10, 10**7  # yuan; below are choices, above are telephone numbers
_MONEY = re.compile(r"[\d一二三四五六七八九十百千万两几]|块|元|钱|毛|角")
_ABOUT = re.compile(
    r"(?:大概|大约|差不多|也就|有|[,\s])*(?P<number>[^多来左上吧呢块元\s]+?)\s*(?P<more>多)?(?:块|元|左右|上下|吧|呢|啊|[。,.!\s])*"
)
_ON_FILE = re.compile(
    r"^(?P<phone>(?:我的?|留的?)*(?:手机|电话)(?:号码?)?|号码)?[,\s]*(?:就|还|都|也|是|用|跟|和|与|打|按|同|在|我|你们)*"
    r"(?:这个|账[户号]|钱包|现在|之前|原来|当时|那个)?的?(?:注册|绑定?|登录|实名|预留)(?:过|了|时候?|用|账号|钱包|手机|填|留|的|一样|那个|这个|号码?|[,.!吧啊呀呢])*$"
)
_SAME = re.compile("就|是|一样|[那这]个|跟|和|同")  # 手机号注册 is a matter
_SUBMITS = re.compile(r"^[\s,]*(好了?|就这样|直接|快|先|现在|确认)*(提交|登记|报上去)" + _ENDING + "$")
_WHY = re.compile(
    r"(凭(什么|啥)|为(什么|啥|何)|干(嘛|吗|什么|啥)).{0,4}(问|登记|填|留(?!言)|给你|告诉你|要(我的?)?(手机|电话|号码))"
    r"|(问|要|登记|填|留)(这个|这些|电话|手机号?|号码)?(干(嘛|什么|啥)|有(什么|啥)用)|(电话|手机号?|号码).{0,3}凭(什么|啥)"
)
_WHAT_NOW = re.compile(r"^(那|我|现在|该|接下来|这)*(怎么|咋)(办|整|弄|搞)" + _ENDING + r"[?？]?$")
_COMPLAINS = frozenset({"complaint", "feedback"})


@dataclass(frozen=True)
class Step:
    """What to do: slots to set, responses to utter, whether to answer a question or to stop."""

    slots: Mapping[str, Any] = field(default_factory=dict)
    say: tuple[str, ...] = ()
    answer_question: bool = False
    ended: bool = False


def required(topic: str) -> tuple[str, ...]:
    """What a ticket on a topic asks for, in the order of asking (the service's own `prepare_info`)."""
    amount = ("amount",) if needs_amount(topic) else ()
    return ("description", "time", *amount, "phone", "ticket_confirmed")


def prefill(question: str | None) -> dict[str, Any]:
    """Slots that are known when the form starts: the customer has told the matter already."""
    if question and len(question) >= _LONG_ENOUGH:
        return {"description": question}
    return {}


def next_step(asked: str, said: Said, bad_answers: int, topic: str = "", told: Collection[str] = ()) -> Step:
    """Decide on a message in mid-form.

    A step that leaves the question open sets `back`: it is asked again in other words.

    Args:
        asked: the slot that the bot has asked for.
        said: the message.
        bad_answers: how many answers to this question were of no use so far.
        topic: what the ticket is about; OTHER_MATTER where the form began without a matter.
        told: the facts that the ticket has already.
    """
    if said.intent == "human_agent" and said.confidence >= SURE:
        return Step({"ticket_confirmed": PERSON}, ended=True)
    if _cancels(asked, said):
        return Step({"ticket_confirmed": None}, ("utter_ticket_cancelled",), ended=True)
    if said.is_pressed and (beside := _beside(asked, said, bad_answers)):
        return beside
    if asked == "brand":
        return _brand(said, bad_answers)
    if request_instead(said.text):
        return Step({"bad_answers": bad_answers, "back": True}, answer_question=True)
    known = facts(said)
    if corrected := corrected_topic(said, topic):
        return _other_topic(asked, corrected, said, known, bad_answers)
    if asked in ("description", "phone") and "phone" not in known and _phone_on_file(asked, said.text):
        known.update({"phone": ON_FILE, "phone_sealed": None})
    if not known and (wrong := _wrong_fields(asked, said.text, topic, told)):
        return Step({**dict.fromkeys(wrong), "bad_answers": 0}, ("utter_ticket_once_more",))
    if "amount" not in known and (bare := _bare_amount(asked, said.text, topic)):
        known["amount"] = bare
    if asked == "ticket_confirmed":
        return _confirmation(said, known, bad_answers)
    if asked in known:
        return Step({**known, "bad_answers": 0})
    if asked == "description":
        return _description(said, known, bad_answers, topic)
    if asked == "time" and _LONG_AGO.match(said.text):
        return Step({**known, "time": said.text, "bad_answers": 0})
    if unknown := _KNOWS_NOT.search(said.text):
        name = next(name for name, words in unknown.groupdict().items() if words)
        return _unknown(asked, name, said, known, bad_answers)
    if _skips(asked, said, gives_facts=bool(known)):
        return Step({**known, asked: SKIPPED, "bad_answers": 0})
    if known and _ANOTHER.search(said.text) and not _CORRECTS.search(said.text) and {*known} & {*told}:
        return Step({"extra": said.text, "bad_answers": bad_answers, "back": True}, ("utter_ticket_added",))
    if known:
        heard = "utter_ticket_changed" if _CORRECTS.search(said.text) else "utter_ticket_noted"
        return Step({**known, "bad_answers": bad_answers, "back": True}, (heard,))
    if topic == THEFT and _WHAT_NOW.match(said.text):
        return Step({"bad_answers": bad_answers, "back": True}, ("utter_ticket_first_steps_first",))
    return _aside(said, bad_answers) or _bad_answer(asked, said, bad_answers)


def _beside(asked: str, said: Said, bad_answers: int) -> Step | None:
    """A pressed button that has nothing to do with the form: WeChat's menu is always there. A story may begin so."""
    again = {"bad_answers": bad_answers, "back": True}
    if said.intent == "menu":
        return Step(again, ("utter_ticket_finish_first",))
    if asked != "description" and is_business(said.intent) and said.intent not in {*_COMPLAINS, "ticket_status"}:
        return Step(again, answer_question=True)
    return None


def calls_off(said: Said) -> bool:
    """Whether a customer takes back what he has begun, or puts it off (算了, 不用了, 取消, 明天再说)."""
    is_cancel = said.intent == "cancel" and said.confidence >= SURE and not request_instead(said.text)
    return is_cancel or bool(_NEVER_MIND.match(said.text) or _LATER.match(said.text))


def request_instead(text: str) -> str | None:
    """What somebody asks for who gives up something else: 想查余额 of 算了想查余额."""
    match = _WANTS_OTHER.match(text)
    return match["request"] if match else None


def _cancels(asked: str, said: Said) -> bool:
    """In a form 不用了 may also mean that the customer would rather not say."""
    if asked in ("time", "amount", "phone") and _NEVER_MIND.match(said.text) and said.intent != "cancel":
        return False
    return calls_off(said)


def refuses_phone(said: Said) -> bool:
    """Whether a customer says that he leaves no number."""
    match = _KEEPS_PHONE.search(said.text)
    return match is not None and not _QUESTION.search(said.text[match.start("refusal") :])


def asks(text: str) -> bool:
    """Whether a message is a question."""
    return bool(_QUESTION.search(text))


def keeps_phone(text: str) -> bool:
    """Whether a message that stands by itself says that its sender leaves no number, or asks whether he may."""
    return bool(_KEEPS_PHONE_ANYWHERE.search(text)) and not _BIDDEN.search(text)


def _wrong_fields(asked: str, text: str, topic: str, told: Collection[str]) -> list[str]:
    """What is to be asked for again, as the customer says that it is wrong. A story may be about a wrong number."""
    wrong = wrong_fields(text)
    if asked != "ticket_confirmed":
        wrong = [name for name in wrong if name in told and not (name == "phone" and topic == "change_phone")]
    return [*wrong, "phone_sealed"] if "phone" in wrong else wrong


def _bare_amount(asked: str, text: str, topic: str) -> str | None:
    """The amount of 350, or 要改成350: a number alone is one only because we asked, or have just shown the amount.

    Also where the story of something about money was asked for. 100多 stays as it was said.
    """
    is_story = asked == "description" and (topic == OTHER_MATTER or needs_amount(topic))
    about = _ABOUT.fullmatch(_BEFORE_AMOUNT.sub("", text).strip())
    number = parse_numeral(about["number"]) if about and (is_story or asked in ("amount", "ticket_confirmed")) else None
    least = 0 if asked == "amount" else _LEAST_BARE
    if about is None or number is None or not least <= number < _MOST_BARE:
        return None
    return f"{about['number']}多元" if about["more"] else f"{number.normalize():f}"


def _other_topic(asked: str, corrected: Correction, said: Said, known: dict[str, Any], bad_answers: int) -> Step:
    """The ticket is about something else; what was told stays. The guide's place belongs to the first matter."""
    more = {}
    if corrected.tells_more:
        more = {"description" if asked == "description" else "extra": said.text}
    slots = {**known, **more, "topic": corrected.topic, "guide": None, "bad_answers": bad_answers, "back": True}
    return Step(slots, ("utter_ticket_topic",))


def _skips(asked: str, said: Said, gives_facts: bool) -> bool:
    if asked == "phone" and _KEEPS_OTHER_NUMBER.search(said.text):
        return False
    if asked == "phone" and refuses_phone(said):
        return True
    if _QUESTION.search(said.text):
        return False
    refused = asked == "phone" and not gives_facts and (said.intent == "deny" or _NO_PHONE.search(said.text))
    skips = said.intent == "skip" or _SUBMITS.match(said.text) or _NEVER_MIND.match(said.text)
    return bool(refused or skips or _SKIP.search(said.text))


def _unknown(asked: str, name: str, said: Said, known: dict[str, Any], bad_answers: int) -> Step:
    """不记得几点: no question, and an answer to whichever was asked."""
    if name == asked:
        return Step({**known, asked: SKIPPED, "bad_answers": 0})
    return Step({**known, "extra": said.text, "bad_answers": bad_answers, "back": True}, ("utter_ticket_noted",))


def _aside(said: Said, bad_answers: int) -> Step | None:
    """A message beside the question: a question, more about the matter, or politeness; None for anything else."""
    if bad_answers >= _MOST_BAD:
        return None
    again = {"bad_answers": bad_answers, "back": True}
    if _WHY.search(said.text):
        return Step({**again, "bad_answers": bad_answers + 1}, ("utter_ticket_why",))
    if ASKS_HOW_LONG.search(said.text) or (said.intent == "ticket_status" and said.confidence >= SURE):
        return Step(again, ("utter_ticket_how_long",))
    if _UPSET.search(said.text) and len(said.text) <= _SHORT:
        return Step({**again, "bad_answers": bad_answers + 1, "extra": said.text}, ("utter_ticket_upset",))
    if is_business(said.intent) and said.confidence >= SURE:
        if _QUESTION.search(said.text) and said.intent not in _COMPLAINS:
            return Step(again, answer_question=True)
        return Step({**again, "bad_answers": bad_answers + 1, "extra": said.text}, ("utter_ticket_added",))
    if _POLITE.match(said.text):
        return Step({**again, "bad_answers": bad_answers + 1}, ("utter_ticket_polite",))
    if kind_of_text(said.text) is Kind.ABUSIVE:
        return Step({**again, "bad_answers": bad_answers + 1}, ("utter_ticket_upset",))
    return None


def _brand(said: Said, bad_answers: int) -> Step:
    if said.brand:
        return Step({"brand": said.brand, "bad_answers": 0})
    if bad_answers >= _MOST_BAD:
        return Step({"brand": DEFAULT_BRAND, "extra": "客户没说用的是哪个钱包", "bad_answers": 0})
    more = {"extra": said.text} if len(said.text) >= _LONG_ENOUGH else {}
    return Step({**more, "bad_answers": bad_answers + 1})


def _confirmation(said: Said, known: dict[str, Any], bad_answers: int) -> Step:
    if known:
        return Step({**known, "bad_answers": 0}, ("utter_ticket_changed",))
    if (
        _CONFIRM.match(said.text)
        or _SUBMITS.match(said.text)
        or (said.intent == "affirm" and len(said.text) <= _LONG_ENOUGH)
    ):
        return Step({"ticket_confirmed": CONFIRMED})
    if bad_answers >= _MOST_BAD:
        return Step({"ticket_confirmed": CONFIRMED, "extra": said.text})
    if ASKS_HOW_LONG.search(said.text) or said.intent == "ticket_status":
        return Step({"bad_answers": bad_answers + 1}, ("utter_ticket_how_long",))
    if _WHY.search(said.text):
        return Step({"bad_answers": bad_answers + 1}, ("utter_ticket_why",))
    if said.intent == "deny" or something_is_wrong(said.text):
        return Step({"bad_answers": bad_answers + 1}, ("utter_ticket_what_to_change",))
    if is_business(said.intent) and said.confidence >= SURE and _QUESTION.search(said.text):
        return Step({"bad_answers": bad_answers + 1}, answer_question=True)
    if said.intent == "skip":
        return Step({"bad_answers": bad_answers + 1}, ("utter_ticket_press_confirm",))
    return Step({"bad_answers": bad_answers + 1, "extra": said.text}, ("utter_ticket_added",))


def _description(said: Said, known: dict[str, Any], bad_answers: int, topic: str) -> Step:
    is_bare = known.get("phone") == ON_FILE or _bare_amount("description", said.text, topic)
    if known and (says_only_facts(said) or is_bare):
        if bad_answers:
            return Step({**known, "description": SKIPPED, "bad_answers": 0})
        return Step({**known, "bad_answers": bad_answers + 1, "back": True}, ("utter_ticket_noted",))
    if ASKS_HOW_LONG.search(said.text) and len(said.text) <= _QUICK and bad_answers < _MOST_BAD:
        return Step({"bad_answers": bad_answers, "back": True}, ("utter_ticket_how_long",))
    if _WHY.search(said.text) and bad_answers < _MOST_BAD:
        return Step({"bad_answers": bad_answers + 1, "back": True}, ("utter_ticket_why",))
    if _POLITE.match(said.text) and bad_answers < _MOST_BAD:
        return Step({"bad_answers": bad_answers + 1, "back": True}, ("utter_ticket_polite",))
    says_nothing = bad_answers and _CONFIRM.match(said.text)  # 对, 确认: nothing more is to be had
    if said.intent == "skip" or says_nothing or (len(said.text) < _LONG_ENOUGH and _SKIP.search(said.text)):
        return Step({**known, "description": SKIPPED, "bad_answers": 0})
    if topic == OTHER_MATTER and is_business(said.intent) and said.confidence >= SURE:
        amount = {"amount": None} if needs_amount(said.intent) else {}
        known = {"topic": said.intent, **amount, **known}
    if len(said.text) >= _LONG_ENOUGH or bad_answers >= 1:
        return Step({**known, "description": said.text, "bad_answers": 0})
    return Step({**known, "question": said.text, "bad_answers": bad_answers + 1}, ("utter_ticket_say_more",))


def _phone_on_file(asked: str, text: str) -> bool:
    """Whether the number to call is the one that the account has (手机号就是注册那个)."""
    found = _ON_FILE.match(text)
    return bool(found and (asked == "phone" or (found["phone"] and _SAME.search(text))))


def _bad_answer(asked: str, said: Said, bad_answers: int) -> Step:
    """First new words, then choices, then the text is taken as it is: nobody is asked a fourth time."""
    if bad_answers < _MOST_BAD:
        return Step({"bad_answers": bad_answers + 1})
    if asked == "time" or (asked == "amount" and _MONEY.search(said.text)):
        return Step({asked: said.text[:60], "bad_answers": 0})
    return Step({asked: SKIPPED, "extra": said.text, "bad_answers": 0})
