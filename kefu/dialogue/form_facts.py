"""The facts that an answer to the ticket form gives: which of several counts, and what is more than a fact.

A passing day or number never replaces a fact that was given, unless the message corrects it.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from kefu.dialogue.form_words import asks
from kefu.dialogue.said import Entity, Said, beside_facts, facts
from kefu.show import show_amount
from kefu.text import find_loose_amounts
from kefu.text.clocks import PERIOD_KINDS
from kefu.text.numerals import parse_numeral
from kefu.topics import OTHER_MATTER, needs_amount

ON_FILE = "注册钱包时的手机号"
NO_MONEY = "没扣钱"
SECOND = "aside"

_LEAST_BARE, _MOST_BARE = 10, 10**7  # yuan; below are choices, above are telephone numbers
_FEW = 2  # characters beside the facts, in a message that is hardly more than an answer
_FILLER = re.compile(
    r"\d|[说写填记搞弄打报输看]错|改[成为]|差不多|好像|应该|吧|啊|呢|呀|不对|刚才|不是|[多块元]|是|要么|或者|[加补][个上]|改"
)
_CORRECTS = re.compile(
    r"不是|不对|(?:^|[,.!\s])错了|[说写填记搞弄打报输看]错|改(?:成|为|一下)|更正|准确(?:地)?说"
    r"|(?:^|[,.!\s])(?:应该?是|金额是|时间是)|(?:金额|时间|钱数?|日期)(?:应该?)是"
)
_LABELS = {
    "time": re.compile("时间|日期|哪天"),
    "amount": re.compile("金额|钱数|一共|总共"),
    "phone": re.compile("手机|电话|号码|联系"),
    "order_id": re.compile("单号|订单|流水"),
}
_CALL_WISH = re.compile(r"打|接|联系|来电|方便|上班|有空|短信")
_CALL_LATER = re.compile(r"(?:后|再|别|只能|方便|才能|以后|之前|前)[^,.]{0,6}(?:打(?!开|不开)|接(?!着)|联系)")
_MONEY_LABEL = re.compile("金额|元|块|钱")
_TO_COME = re.compile(r"明[天儿早晚]|后天|下个?(?:周|星期|礼拜|月)|明年")
_EITHER = re.compile(r"或者?|要么|还是|要不|不是就是")
_PERIOD = re.compile("|".join(sorted(PERIOD_KINDS, key=len, reverse=True)))
_DUE = re.compile(
    r"(?:应该?(?:只|是|要)?(?:付|扣|收|给)?|本来(?:是|要|应该?)?|原价|实际(?:应|该)?(?:付|是)?|只(?:该|要|用)|标价)[付扣收是为]?\s*$"
)
_TAKEN = re.compile(r"(?:扣|刷|收|划|多付|付)(?:走|掉|去|费)?(?:了)?(?:我)?(?:了)?\s*$")
_EACH = re.compile(r"一[次笔]|各|分别|两[次笔]|[和跟与、]")
_REDRESS = re.compile(r"不对|错了|更正|改成|改为")
_MORE = re.compile(r"^\s?(?:多|来|出头|余)")
_ABOUT_WORDS = re.compile(
    r"(?:大概|约|差不多|好)?(?:[一二三四五六七八九十两百千万\d]*几[十百千万]?|[一二三四五六七八九两]?[十百千]几|几)(?:多|来)?(?:块|元|百|千|万)?(?:钱|块|元)?"
)
_NO_MONEY = re.compile(
    r"^(?:也|还|并|都|钱)*没(?:有)?(?:被)?(?:扣|少|付|花|出|损失|涉及)(?:到|掉|成功|成|出去)?(?:钱|款|费用?|金额)?[了的啊呀吧,.!]*$|^(?:不涉及|跟钱没关系|没有?金额|没有?涉及)"
)
_BEFORE_AMOUNT = re.compile(r"^(不对|不是|错了|应该?|是|要?改(成|为)?|金额|[,\s])*")
_ABOUT = re.compile(
    r"(?:大概|大约|差不多|也就|有|[,\s])*(?P<number>[^多来左上吧呢块元\s]+?)\s*(?P<more>多)?(?:块|元|左右|上下|吧|呢|啊|[。,.!\s])*"
)
_VAGUE_TIME = re.compile(
    r"年|月|周|礼拜|星期|[天日号](?!气)|早|晚|[中上下正]午|[半深]?夜|凌晨|的?时候|\d点|最近|好?久|一直|前|以来|那阵|期间|小时|分钟|刚|生日|节|点多"
)
_LONG_AGO = re.compile(  # 几天前 is no question
    r"^(大概|大约|差不多|可能|应该|好像|就|是|在)*(好?几|好多)(天|周|个?星期|个?月|年|个?小时)(以?前|之前)"
    r"|^(大概|就|是|在)*(这|前|那|近|最近)(几|两|三)(天|周|个?星期|个?月|年)"
)
_TIME_IS = re.compile(
    r"(?:时间|日期|日子)[^,]{0,4}?(?:错了?|不对|改成|改为)[,\s]*(?:应该)?(?:是|改成)(?P<words>.{2,20})$"
)
_FOUR_DIGITS = re.compile(r"^(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")
_LONGEST_TIME = 30  # characters
_OTHERS_PHONE = re.compile(  # 转给137…, 充到137…: whom the money went to
    r"(?:[转付汇打充借还]|转账|转钱)(?:账|钱|款|了|错|过去)*[\d.]*(?:块|元|万|百|千)*(?:给|到)?(?:了)?(?:他|她|对方|别人|我?朋友|这个|那个|号码?)*[\s:,]*$"
    r"|(?:妈妈?|爸爸?|老公|老婆|朋友|同事|姐姐?|哥哥?|弟弟?|妹妹?|儿子|女儿|亲戚|房东|老板|店家)的?(?:手机|电话|联系方式)?(?:号码?)?(?:是)?[\s:,]*$"
)
_ON_FILE = re.compile(
    r"^(?P<phone>(?:我的?|留的?)*(?:手机|电话)(?:号码?)?|号码)?[,\s]*(?:就|还|都|也|是|用|跟|和|与|打|按|同|在|我|你们)*"
    r"(?:这个|账[户号]|钱包|微信|现在|之前|原来|当时|那个)?的?(?:注册|绑定?|登录|登记|实名|预留)(?:过|了|时候?|用|账号|钱包|手机|填|留|的|一样|那个|这个|号码?|[,.!吧啊呀呢])*$"
    r"|^(?:你们?|系统|后台|这里|那边)(?:的)?(?:系统|后台|那边|这边)?(?:里面?)?(?:不是|应该|都|就|已经|本来)*(?:有|存了?|查得到|看得到)(?:我的?)?(?:手机|电话)?(?:号码?)?[吗嘛吧啊的呀了,.?]*$|^你(?:们)?(?:自己)?(?:去)?查一?下(?:就|不就)?(?:有|知道|行|好)?[了吗吧,.?]*$"
)
_SAME = re.compile("就|是|一样|[那这]个|跟|和|同")  # 手机号注册 is a matter


@dataclass(frozen=True)
class Told:
    """What a message gives to the form: facts by slot, and those that come too late or are yet to come."""

    known: dict[str, Any] = field(default_factory=dict)
    passing: bool = False
    to_come: bool = False


def told_in(asked: str, said: Said, topic: str, before: Collection[str]) -> Told:
    """The facts that count of a message.

    Args:
        asked: the slot that the form has asked for.
        topic: what the ticket is about.
        before: the facts that the ticket has already; SECOND where another matter waits, which they may belong to.
    """
    known = {
        name: value for name, value in facts(said).items() if name != "phone" or asked == name or is_own_phone(said)
    }
    if "phone" not in known:
        known.pop("phone_sealed", None)
    to_come = "time" in known and _is_to_come(said)
    is_call = "time" in known and _tells_when_to_call(asked, said)
    if to_come or is_call:
        known.pop("time")
    if "time" in known:
        known["time"] = _time_of(said)
    is_extension = asked == "phone" and "phone" in known and not _MONEY_LABEL.search(said.text)  # …5678转2
    amount = None if is_extension else _amount_of(asked, said, topic, before)
    known.pop("amount", None)
    if amount:
        known["amount"] = amount
    kept = {name: value for name, value in known.items() if _counts(name, asked, said, before)}
    is_passing = len(kept) < len(known)
    return Told({} if is_passing and SECOND in before else kept, is_passing or is_call, to_come)


def corrects(text: str) -> bool:
    """Whether a message puts a fact in the place of another."""
    return bool(_CORRECTS.search(text))


def says_more(said: Said) -> bool:
    """Whether a message tells more than the facts that are taken from it, so that its words are worth keeping."""
    amounts = {entity.value for entity in said.entities if entity.name == "amount"}
    if len(amounts) > 1 and not corrects(said.text):
        return True
    rest = _FILLER.sub("", beside_facts(said))
    calls = any(entity.name == "phone" for entity in said.entities) and _CALL_WISH.search(rest)
    return len(rest) > (1 if calls else _FEW)  # 下午再打139…


def bare_amount(asked: str, text: str, topic: str) -> str | None:
    """The amount of 350, or 要改成350: a number alone is one only because we asked, or have just shown the amount.

    Also where the story of something about money was asked for. 100多 and 几十块 stay as they were said.
    """
    is_story = asked == "description" and (topic == OTHER_MATTER or needs_amount(topic))
    about = _ABOUT.fullmatch(_BEFORE_AMOUNT.sub("", text).strip())
    number = parse_numeral(about["number"]) if about and (is_story or asked in ("amount", "ticket_confirmed")) else None
    least = 0 if asked == "amount" else _LEAST_BARE
    if about and number is not None and least <= number < _MOST_BARE:
        return f"{about['number']}多元" if about["more"] else f"{number.normalize():f}"
    if asked == "amount" and _NO_MONEY.match(text):
        return NO_MONEY
    words = _ABOUT_WORDS.search(text) if asked == "amount" and "天" not in text else None
    return words[0] if words and len(words[0]) > 1 else None


def vague_time(text: str) -> str | None:
    """Words that say when, without a day in the calendar (上个月, 早上吃饭的时候); None where they do not."""
    words = text.strip(" ,。.!")
    if asks(words) and not _LONG_AGO.match(words):
        return None
    is_time = _FOUR_DIGITS.match(words) or (len(words) <= _LONGEST_TIME and _VAGUE_TIME.search(words))
    return words if is_time and not _TO_COME.search(words) else None


def corrected_words(text: str) -> str | None:
    """The words in the place of a time that was wrong (时间记错了是上周的事); None for anything else."""
    found = _TIME_IS.search(text)
    return vague_time(found["words"].removesuffix("的事")) if found else None


def loose_amount(text: str, topic: str) -> str | None:
    """The amount in a story about money, where it stands without a unit (昨天加油300扣了两次)."""
    if topic != OTHER_MATTER and not needs_amount(topic):
        return None
    return _amount_of("description", Said(text, ""), topic, ())


def phone_on_file(asked: str, text: str) -> bool:
    """Whether the number to call is the one that the account has (手机号就是注册那个)."""
    found = _ON_FILE.match(text)
    return bool(found and (asked == "phone" or (found["phone"] and _SAME.search(text))))


def _counts(name: str, asked: str, said: Said, before: Collection[str]) -> bool:
    """Whether a fact is taken: the first of its kind, the one that was asked for, or one that corrects."""
    owner = "phone" if name == "phone_sealed" else name
    is_new_phone = owner == "phone" and asked == "ticket_confirmed"
    if owner == asked or owner not in before or is_new_phone or corrects(said.text):
        return True
    only = not says_more(said) and not (name == "amount" and "手续费" in said.text)  # which is not the sum
    return only and (asked == "ticket_confirmed" or bool(_LABELS[owner].search(said.text)))


def is_own_phone(said: Said) -> bool:
    """Whether the phone numbers in a message are its sender's; where one is asked for, a relative's will do as well."""
    is_told = not any(entity.name == "phone" for entity in said.entities) or "phone" in facts(said)
    return is_told and not any(
        entity.name == "phone" and _OTHERS_PHONE.search(said.text[: entity.start]) for entity in said.entities
    )


def _tells_when_to_call(asked: str, said: Said) -> bool:
    wish = _CALL_WISH if asked == "phone" else _CALL_LATER
    return asked in ("phone", "ticket_confirmed") and bool(wish.search(said.text)) and "时间" not in said.text


def _is_to_come(said: Said) -> bool:
    last = [entity for entity in said.entities if entity.name == "time"][-1]
    return bool(_TO_COME.search(said.text[last.start : last.end]))


def _time_of(said: Said) -> str:
    """The time in a message: the words where it leaves two open, a day with the part of the day that it names."""
    times = [entity for entity in said.entities if entity.name == "time"]
    if len(times) > 1 and _EITHER.search(said.text[times[0].end : times[-1].start]) and not corrects(said.text):
        return said.text[times[0].start : times[-1].end]
    value = str(facts(said)["time"])
    meant = next((entity for entity in reversed(times) if entity.value == value), times[-1])
    period = _PERIOD.search(said.text[meant.start : meant.end])
    return f"{value} {period[0]}" if period and "T" not in value else value


def _amount_of(asked: str, said: Said, topic: str, before: Collection[str]) -> str | None:
    """The amount in a message: of several the disputed one, and 多 stays with it."""
    found = [entity for entity in said.entities if entity.name == "amount"]
    is_money = topic == OTHER_MATTER or needs_amount(topic)
    is_date = asked == "time" and _FOUR_DIGITS.match(said.text.strip())
    may_be = is_money and not is_date and "amount" not in before and asked in ("description", "time", "amount")
    if not found and may_be:
        taken = [range(entity.start, entity.end) for entity in said.entities]
        loose = [one for one in find_loose_amounts(said.text) if not any(one.start in place for place in taken)]
        found = [Entity("amount", f"{one.value:f}", one.start, one.end) for one in loose]
    if not found:
        return None
    told = [entity for entity in found if not _is_denied(entity, said.text)]
    chosen = _disputed(told or found, said.text)
    return (
        "、".join(dict.fromkeys(_with_more(entity, said.text, len(chosen) > 1) for entity in chosen)) if told else None
    )


def _is_denied(entity: Entity, text: str) -> bool:
    return bool(re.search(r"(?:不是|不对|并非|不止)$", text[: entity.start]))


def _disputed(amounts: Sequence[Entity], text: str) -> Sequence[Entity]:
    """What was taken rather than what was due; what was corrected last; else the first, or all where each is told."""
    redress = [match.end() for match in _REDRESS.finditer(text)]
    if redress:
        later = [entity for entity in amounts if entity.start >= redress[-1]]
        return later[:1] or amounts[-1:]
    if len({entity.value for entity in amounts}) == 1 or re.search("不是", text):
        return amounts[-1:]
    open_ones = [entity for entity in amounts if not _DUE.search(text[: entity.start])] or list(amounts)
    taken = [entity for entity in open_ones if _TAKEN.search(text[: entity.start])]
    if taken:
        return taken[:1]
    between = text[open_ones[0].start : open_ones[-1].start]
    return open_ones if len(open_ones) > 1 and _EACH.search(between) else open_ones[:1]


def _with_more(entity: Entity, text: str, is_one_of_several: bool) -> str:
    words, rest = text[entity.start : entity.end], text[entity.end :]
    if more := _MORE.match(rest) or re.search("[多来](?=块|元|钱|$)", words):
        return f"约{entity.value}元" if "来" in more[0] else f"{entity.value}多元"
    return show_amount(entity.value) if is_one_of_several else entity.value
