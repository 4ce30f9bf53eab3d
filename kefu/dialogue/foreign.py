"""What a customer means who writes English or pinyin: emergencies, a person, and the wallet's usual matters.

An answer is in Chinese all the same; what is not recognised is declined honestly in both languages.
"""

import re
from typing import NamedTuple


class Meaning(NamedTuple):
    """A matter in Chinese, and the intent that it has."""

    chinese: str
    intent: str


_EMERGENCIES = {
    "phone_lost": r"(lost|stole|stolen|missing).{0,12}\bphone\b|\bphone\b.{0,12}(lost|stolen|missing)",
    "wrong_transfer": r"(sen[dt]|transfer(red)?|paid).{0,40}wrong (person|account|number|one|people)",
    "code_given": r"(gave|told|shared|sent|entered).{0,25}\b(code|otp|password|pin)\b",
    "scam": r"scam|cheated|swindl|phish|trick(ed)?\b|conned|fraudster",
    "theft": r"hack|stole|stolen|steal|unauthori[sz]ed|fraud|not me\b|without my (permission|consent|knowledge)"
    r"|didn'?t (make|authori[sz]e|do) (this|that|the|these|it)|money.{0,12}(gone|missing|disappeared|vanished)",
}
_PERSON = re.compile(
    r"\b(humans?|agents?|representative|operator|real person|live (chat|agent|support)|staff)\b"
    r"|\bcustomer (service|support|care)\b"
    r"|(talk|speak|chat) (to|with) (some|a|an|your|the)\b",
    re.IGNORECASE,
)
_NOT = "(not|n't|never|no)"
_MATTERS: list[tuple[str, str, tuple[str, ...]]] = [  # the first that fits counts
    ("forgot_password", "忘记密码怎么办", (r"(forg[eo]t|reset|recover|change|lost).{0,15}(password|pwd|pin)\b",)),
    ("fee", "手续费怎么收", (r"\bfees?\b|commission|service charge",)),
    (
        "verification_code",
        "收不到验证码",
        (rf"(verification|sms|otp|one.?time).{{0,20}}{_NOT}", rf"{_NOT}.{{0,40}}(code|otp|sms)\b"),
    ),
    (
        "wrong_charge",
        "同一笔扣了两次钱",
        (r"(charged|deducted|paid|debited).{0,20}(twice|double|two times)", r"double.{0,10}(charge|payment)"),
    ),
    (
        "wrong_charge",
        "付款失败但是扣了钱",
        (r"fail.{0,40}(charged|deducted|debited|taken)", r"(charged|deducted|debited|taken).{0,40}fail"),
    ),
    (
        "payment_failed",
        "付款失败怎么办",
        (r"pay(ment)?.{0,20}(fail|declin|unsuccess|not work|n't work|error|reject)", r"(can'?t|cannot|unable to) pay"),
    ),
    (
        "refund_arrival",
        "退款没到账",
        (
            rf"refund.{{0,40}}({_NOT}|where|yet|still|status|when|how long|arriv)",
            r"(where|when|not|n't|how long).{0,25}refund",
        ),
    ),
    ("refund", "怎么申请退款", ("refund",)),
    (
        "top_up_arrival",
        "充值没到账",
        (
            rf"(top.?up|recharge|deposit).{{0,30}}({_NOT}|fail|arriv|yet|missing)",
            rf"({_NOT}|where).{{0,20}}(top.?up|recharge|deposit)",
        ),
    ),
    ("top_up", "怎么充值", (r"top.?up|recharge|deposit|add money",)),
    (
        "withdraw_arrival",
        "提现没到账",
        (
            rf"withdraw(al|n)?.{{0,30}}({_NOT}|fail|arriv|yet|pending|how long)",
            rf"({_NOT}|where).{{0,20}}withdraw",
        ),
    ),
    ("withdraw", "怎么提现", (r"withdraw|cash out",)),
    (
        "account_locked",
        "账号被锁了怎么办",
        (r"account.{0,15}(lock|block|froze|suspend|restrict|disabled)", "unlock|unfreeze"),
    ),
    (
        "login_problem",
        "登录不上怎么办",
        (
            r"(can'?t|cannot|unable|not|n't|fail|problem|trouble).{0,15}(log ?in|sign ?in|access)",
            r"(log ?in|sign ?in).{0,15}(fail|problem|error|issue)",
        ),
    ),
    ("register", "怎么注册", (r"sign ?up|regist|(open|create).{0,8}account",)),
    ("close_account", "怎么注销账户", (r"(close|delete|cancel).{0,8}account",)),
    ("change_phone", "怎么换手机号", (r"(change|update|new).{0,12}(phone|mobile|number)",)),
    ("payment_limit", "支付限额是多少", (r"\blimits?\b",)),
    ("transfer", "怎么给别人转账", ("transfer|send money",)),
    ("bank_card", "怎么绑定银行卡", (r"\b(bank |debit )?card",)),
    ("bill", "怎么查余额和账单", (r"balance|statement|transaction (history|record)",)),
    ("complaint", "怎么投诉", ("complain",)),
    ("contact", "客服电话是多少", (r"hot.?line|phone number|contact|call you|telephone",)),
    ("cross_border", "境外能用吗", ("abroad|overseas|foreign|cross.?border",)),
    ("login_problem", "登录不上怎么办", ("log ?in|sign ?in",)),
    ("forgot_password", "忘记密码怎么办", ("password",)),
    ("payment_failed", "付款失败怎么办", (r"\bpay(ment)?s?\b",)),
]
LONGEST = 300  # characters; a longer text is not looked through
_LONGEST_WORD = 30  # letters without a space; xianxian… can be parted in too many ways
_INITIAL = "(?:zh|ch|sh|[bpmfdtnlgkhjqxzcsryw])"
_FINAL = (
    "(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|er|ia|ie|iu|in|ua|uo|ui|un|ue|ve|[aoeiuv])"
)
_SYLLABLES = re.compile(rf"(?:{_INITIAL}?{_FINAL})+")
_PINYIN = {
    r"bei ?pian": "被骗",
    r"dao ?shua": "盗刷",
    r"bei ?dao": "被盗",
    r"(zhuan )?ren ?gong|\brg\b": "人工",
    r"tui ?kuan|\btk\b": "退款",
    r"chong ?zhi|\bcz\b": "充值",
    r"ti ?xian|\btx\b": "提现",
    r"zhuan ?zhang|\bzz\b": "转账",
    r"mi ?ma|\bmm\b": "密码",
    r"yan ?zheng ?ma|\byzm\b": "验证码",
    r"dao ?zhang": "到账",
    r"deng ?lu": "登录",
    r"zhu ?ce": "注册",
    r"shou ?xu ?fei|\bsxf\b": "手续费",
    r"fu ?kuan|zhi ?fu": "付款",
    r"yin ?hang ?ka|\byhk\b": "银行卡",
    r"dong ?jie": "冻结",
    r"tou ?su": "投诉",
    r"ke ?fu": "客服",
    r"dian ?hua": "电话",
    r"yu ?e\b": "余额",
    r"wang( ?ji)?( ?le)?\b": "忘记",
    r"shi ?bai": "失败",
    r"mei(?!n)": "没",
}
_SHORT_FORMS = frozenset({"mm", "yzm", "zfb", "wx", "sfz", "yhk", "cz", "tx", "tk", "zz", "rg", "sxf", "app"})


def emergency_in_english(text: str) -> str | None:
    """The kind of emergency (a name in data/lexicon/emergency.yml) that English words report."""
    return next((kind for kind, words in _EMERGENCIES.items() if re.search(words, text, re.IGNORECASE)), None)


def wishes_person(text: str) -> bool:
    """Whether English words ask for a person."""
    return bool(_PERSON.search(text))


def meaning_of(text: str) -> Meaning | None:
    """The wallet's matter that English words name; None where there is none."""
    fitting = (one for one in _MATTERS if any(re.search(words, text, re.IGNORECASE) for words in one[2]))
    return next((Meaning(chinese, intent) for intent, chinese, _ in fitting), None)


def is_pinyin(text: str) -> bool:
    """Whether Latin letters are Chinese written by its sound (tuikuan zenme hai mei daozhang, mm wang le)."""
    words = re.findall(r"[a-z]+", text.lower()) if len(text) <= LONGEST else []
    if (
        not words
        or max(map(len, words)) > _LONGEST_WORD
        or not all(word in _SHORT_FORMS or _SYLLABLES.fullmatch(word) for word in words)
    ):
        return False
    return len(words) > 1 or bool(words_of_pinyin(text))


def words_of_pinyin(text: str) -> list[str]:
    """The Chinese words of the wallet's business that pinyin names, in the order of the text."""
    found = [
        (match.start(), chinese)
        for pinyin, chinese in _PINYIN.items()
        for match in re.finditer(rf"(?<![a-z])(?:{pinyin})|(?<=[a-z])(?:{pinyin})", text.lower())
    ]
    return list(dict.fromkeys(chinese for _, chinese in sorted(found)))
