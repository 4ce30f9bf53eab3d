"""Finds amounts of money in a customer's message: 三百五, 50块5毛, ￥1,299.00, 扣了我350.

A numeral is an amount only on evidence: a currency sign before it, a unit of money after it, words of money right
before it (扣了我, 金额是, 两笔), or a magnitude of its own (三百五, 8.8w). A counter (个, 天, 次)
after it refutes the last two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from kefu.text.numerals import DIGITS, NUMERAL, NUMERAL_CHARS, TAIL_DIGIT, fold, numeral_value, whole_number


@dataclass(frozen=True)
class Amount:
    """An amount found in a text: text[start:end] reads as `value` CNY."""

    start: int
    end: int
    value: Decimal


# What counts things other than money: 扣了3次, 退款7天, 三百个, 100%. Lookaheads spare the words that only begin so.
_COUNTERS = (
    r"个(?!税)|人(?!民币|工|家)|位|名(?!下|义)|次(?!日)|笔|单(?!号)|天|日|号|月|年|岁|周|星期|礼拜|小时|钟头|点(?!了|击|开|进|完|错)"
    r"|分(?!别|期|开|两|三|钱)|秒(?!到|退|扣)|刻|条|张|台|件|份|级|届|页|期(?!间|待)|楼|层|栋|室|门(?!店)|种|样|项|步|遍|趟|倍|折|成(?!功|了)"
    r"|度|米|公[里斤分司]|[千毫厘]米|[千毫]?克|斤|吨|升(?!级)|平米|版|代(?!付|扣|理|充|收)|寸|字|句|家(?!里|人)|户|所(?!以|有)|处(?!理)|套|批|组"
    r"|里路|夜|强|瓦|兆|流量|积分|[金q]?币|粉丝|票|美[元金刀]|刀|欧元?|英镑|[港日韩]元|卢布|泰铢|[澳加]元|快充|充电|[开打]头|结尾|屏|高清|线(?!上|下)|路"
)
_SMALL_NUMERAL = f"(?:[0-9.]{{1,6}}|[{NUMERAL_CHARS}半]{{1,4}})"
_SPACE = r"(?:(?<=[0-9])\s)?"  # 3 次, but not 转了一万二 人没了
_NOT_MONEY = re.compile(
    rf"{_SPACE}(?:[多来余几]|出头)?{_SPACE}(?:[-~到至、]{_SMALL_NUMERAL}{_SPACE})?(?:{_COUNTERS})"
    rf"|\s?[%‰℃°]|[0-9a-z{NUMERAL_CHARS.replace('一', '').replace('二', '')}几]|[-/:.~,][0-9]"
)
_HOTLINE = re.compile(r"12306|12315|12345|10086|10010|11185|95[0-9]{3}(?<!00)")

# Words that make the number right after them money (or, first, an identifier that is no money at all).
_IDENTIFIERS = (
    r"快充|尾号|验证码|校验码|动态码|密码|口令|号码|电话|手机号?|热线|[单账卡工编学序]号|订单号?|流水号"
    r"|邮编|客服|微信|qq|型号|版本|系统|身份证"
)
_MONEY_NOUNS = (
    r"电?话费|金额|余额|(?<![评货])价[格钱]?|费用?|[押压定订租本现资]金|房租|红包|损失|[一总]共|合计|共计|实际|预估"
)
_MONEY_VERBS = (
    r"收到|到账|到了|[输写]成|入账|打款|打钱|打了|取[款现]?|到手|划[走了]|走了|支了|押了|包了|存[了款入]|交了|缴|还[了款]|欠|借|罚|赔|亏|赚|汇|刷[了走]?|骗|支出|消费|减|返"
    r"|领|剩|给(?=[我你您他她])|扣|(?<!快)充|转(?!到|人工)|付|提|退|收|花|少|多|各|[笔次]"
)
_TO_SOMEONE = (
    r"[转汇退付借打存](?:了|账|款)?给"
    rf"(?:[\u4e00-\u9fff]{{1,4}}(?=[0-9])|(?:(?![{NUMERAL_CHARS}])[\u4e00-\u9fff]){{1,4}})"
)
_FILLERS = (
    r"(?:[了过我他她你您它们的钱款值账费现还回走掉出去改成是为就才只仅有剩里那下又再也都约要:=\s]|给[我他她你您]"
    r"|现在|分别|明明|总?共|一共|大概|大约|差不多|至少|最[少多低高]|不[到足]|将近){0,6}"
)
_LEAD = re.compile(
    rf"(?:(?P<money>{_TO_SOMEONE}|{_MONEY_NOUNS}|{_MONEY_VERBS})|(?P<identifier>{_IDENTIFIERS})|(?P<is>是)){_FILLERS}"
)
_CURRENCY_SIGN = re.compile(r"(?:¥|rmb|cny|人民币)[\s:]{0,2}")
_LIST_SEPARATOR = re.compile(r"\s?(?:和|与|跟|或者?|、|到|至|-|~)\s?")
_END_OF_CLAUSE = re.compile(r"\s*(?:$|[^\w\s]|而?不是|而[不非]|才对|[吗吧呢啊]|的(?!号|手机|电话|卡|尾号))")

# Units after the numeral. 块 is also a lump (两块屏), 元 begins 元旦, 毛 begins 毛病, 角 begins 角落.
_ROUNDED = r"\s?[来多余]?\s?"
_YUAN = re.compile(
    rf"{_ROUNDED}(?:元人民币|块人民币|块大洋|rmb|cny|yuan|人民币|元(?![旦宵素件器])|块(?![儿屏砖肉糖地表]|手表|电池|硬盘|蛋糕))"
)
_NO_CHANGE = rf"(?![0-9.{NUMERAL_CHARS}方]|\s?(?:{_COUNTERS}))"
_SMALL = f"[1-9{DIGITS}两]"
_CHANGE = re.compile(
    rf"钱?零?(?P<jiao>{_SMALL})[毛角](?![病落线])(?:(?P<jiao_fen>{_SMALL})(?:分|{_NO_CHANGE}))?钱?"
    rf"|零?(?P<fen>{_SMALL})分(?!钟)钱?"
    rf"|零(?P<zero_fen>{_SMALL}){_NO_CHANGE}"
    rf"|(?P<cents>[0-9]{{2}}){_NO_CHANGE}"
    rf"|(?P<tenths>[1-9]|{TAIL_DIGIT}){_NO_CHANGE}"
    r"|(?P<half>半)(?!天|个|小时)"
    r"|[钱整正]"
)
_CHANGE_UNITS = {"jiao": 10, "jiao_fen": 1, "fen": 1, "zero_fen": 1, "cents": 1, "tenths": 10}
_JIAO = re.compile(
    rf"{_ROUNDED}[毛角](?![病巾衣绒利形度落色膜券线]|不拔|[都也]没[有看见])(?:(?P<jiao_fen>{_SMALL})(?:分(?!钟)|{_NO_CHANGE}))?钱?"
)
_FEN = re.compile(r"\s?分钱")
_RANGE_WITH_UNIT = re.compile(rf"[-~到至、和]{_SMALL_NUMERAL}(?:元|块)")

_AFTER_CODE = re.compile(r"(?<=[0-9a-z_.\-])")

_NUMERAL = re.compile(NUMERAL)
_MAGNITUDES = frozenset("百千万亿wk")
_MAX_BARE_DIGITS = 7
_LEAST_LOOSE = 10  # yuan; below are choices and counts
_OTHER_NUMBER = re.compile(r"\s?(?:的?(?:号|手机|电话|卡|尾号|开头)|多?(?:个|次)|[a-z])")
_IDENTIFIER_REACH = 20  # 尾号从1108变成5520，钱包里显示的还是1108


def find_amounts(text: str) -> list[Amount]:
    """Amounts in `text`, sorted and disjoint; offsets are those of `text`, values are CNY. Never raises."""
    folded = fold(text)
    leads = _find_leads(folded)
    signs = {match.end(): match.start() for match in _CURRENCY_SIGN.finditer(folded)}
    amounts: list[Amount] = []
    for match in _NUMERAL.finditer(folded):
        previous = amounts[-1].end if amounts else 0
        if match.start() < previous:
            continue  # the change of the amount before: the 5 of 50块5毛
        lead = leads.get(match.start())
        if lead is None and previous and _continues_list(folded, previous, match.start()):
            lead = "money"
        amount = _read_amount(folded, match, lead, signs.get(match.start()))
        if amount:
            amounts.append(amount)
    return amounts


def find_loose_amounts(text: str) -> list[Amount]:
    """Numbers in `text` that can be amounts where money is the matter (加油300扣了两次): nothing says otherwise.

    No choices (1, 2), counts, identifiers, codes, hot-lines, nor what `find_amounts` has found with evidence.
    """
    folded = fold(text)
    leads = _find_leads(folded)
    known = {place for amount in find_amounts(text) for place in range(amount.start, amount.end)}
    found: list[Amount] = []
    for match in _NUMERAL.finditer(folded):
        start, end = match.span()
        is_part = start in known or _AFTER_CODE.match(folded, start) or folded[start - 1 : start] in ("*", "@", "/")
        is_other = leads.get(start) == "identifier" or _NOT_MONEY.match(folded, end) or folded[end : end + 1] == "*"
        value = None if is_part or is_other or not _is_plain_amount(match[0]) else numeral_value(match[0])
        if value is not None and value >= _LEAST_LOOSE and not _OTHER_NUMBER.match(folded, end):
            found.append(Amount(start, end, _tidy(value)))
    return found


def _find_leads(text: str) -> dict[int, str | None]:
    """What leads up to each offset: "money", an "identifier" (also by 是, from a little before), or a mere "is"."""
    leads: dict[int, str | None] = {}
    last_identifier = -_IDENTIFIER_REACH
    for match in _LEAD.finditer(text):
        if match.lastgroup == "identifier":
            last_identifier = match.end()
        is_claimed = match.lastgroup == "is" and match.start() - last_identifier < _IDENTIFIER_REACH
        leads[match.end()] = "identifier" if is_claimed else match.lastgroup
    return leads


def _continues_list(text: str, previous: int, start: int) -> bool:
    """Whether only a separator stands between the amount before and this numeral: 50和100."""
    return _LIST_SEPARATOR.fullmatch(text, previous, start) is not None


def _read_amount(text: str, match: re.Match[str], lead: str | None, sign: int | None) -> Amount | None:
    """The amount that the numeral `match` begins, or None. `sign` is where a currency sign before it starts."""
    numeral, end = match.group(), match.end()
    unit = _read_unit(text, end, numeral, lead is not None)
    if unit is None and sign is None and not _is_bare_amount(text, match, lead):
        return None
    value = numeral_value(numeral)
    if value is None:
        return None
    if unit is not None:
        end, scale, change = unit
        value = value * scale + change
    return Amount(match.start() if sign is None else sign, end, _tidy(value))


def _read_unit(text: str, end: int, numeral: str, has_lead: bool) -> tuple[int, Decimal, Decimal] | None:
    """(end of the expression, CNY per unit, CNY of the change after it) for a unit of money at `end`, or None."""
    if yuan := _YUAN.match(text, end):
        change = _CHANGE.match(text, yuan.end())
        if numeral == "一" and change is None and not has_lead and _is_together(text, yuan):
            return None
        return change.end() if change else yuan.end(), Decimal(1), _change_value(change)
    if jiao := _JIAO.match(text, end):
        return jiao.end(), Decimal("0.1"), _change_value(jiao)
    if fen := _FEN.match(text, end):
        return fen.end(), Decimal("0.01"), Decimal(0)
    return None


def _is_together(text: str, yuan: re.Match[str]) -> bool:
    """Whether 一块 is the adverb "together" or "this part": 我们一块申请的, 这一块. Only its neighbours tell."""
    before = text[max(0, yuan.start() - 2) : yuan.start() - 1]
    after = text[yuan.end() : yuan.end() + 1]
    return yuan.group() == "块" and (before in {"这", "那", "哪", "同"} or after.isalnum())


def _change_value(change: re.Match[str] | None) -> Decimal:
    """CNY of the change: 5毛5 -> 0.55, 80 -> 0.80, 半 -> 0.5."""
    if change is None:
        return Decimal(0)
    groups = change.groupdict()
    fen = sum(whole_number(groups[name]) * unit for name, unit in _CHANGE_UNITS.items() if groups.get(name))
    return Decimal(50 if groups.get("half") else fen) / 100


def _is_bare_amount(text: str, match: re.Match[str], lead: str | None) -> bool:
    """Whether a numeral without sign and unit is money: by the words before it, or by its own magnitude."""
    numeral, end = match.group(), match.end()
    has_magnitude = not _MAGNITUDES.isdisjoint(numeral)
    if lead == "money" or (lead == "is" and _END_OF_CLAUSE.match(text, end)):
        is_candidate = has_magnitude or _is_plain_amount(numeral)
    else:
        is_candidate = has_magnitude and lead != "identifier" and not _AFTER_CODE.match(text, match.start())
    return (is_candidate and not _NOT_MONEY.match(text, end)) or _RANGE_WITH_UNIT.match(text, end) is not None


def _is_plain_amount(numeral: str) -> bool:
    """Whether a number without magnitude can be money: no code (0012), hotline, order number, or lone 一 or 三."""
    if not numeral[0].isascii():
        return "十" in numeral
    integer, _, fraction = numeral.partition(".")
    is_code = integer[0] == "0" and len(integer) > 1
    is_long = len(integer.replace(",", "")) > _MAX_BARE_DIGITS or len(fraction) > 2
    return not (is_code or is_long or _HOTLINE.fullmatch(numeral))


def _tidy(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent: 15000.0 -> 15000, 99.90 -> 99.9."""
    integral = value.to_integral_value()
    return integral if value == integral else value.normalize()
