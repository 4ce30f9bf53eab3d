"""Passwords and codes: a word that announces one, a link, and the secret itself.

Both must be told from talk about them (密码错误, 6位密码, 验证码收不到, 密码输错5次), where there is no link, or it
leads to a quantity.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

from kefu.text.chars import SPOKEN_DIGITS
from kefu.text.pii import BLANK, MOBILE, Claim
from kefu.text.pii_numbers import numbers

_PASSWORD = r"密码|口令|(?<![a-z])(?:passw(?:or)?d|passcode|(?:pwd|pin)(?![a-z])码?)"
_CODE = (
    r"(?:验证|校验|动态|短信|激活|授权|确认|安全|登录|取款)码|(?:我的|收到的?|给的|发来?的)码"
    r"|(?<![a-z])(?:(?:verification|security|sms|auth|my) ?code|otp(?![a-z])|(?P<cvv>cvv2?(?![a-z]))"
    r"|(?<!error )(?<!status )code(?= ?(?:[:=]|is) ?\d{6}(?!\d)))"
)
# With an explicit link nearly everything is a secret; after a mere filler it has to look like one.
_ASSIGN = r"(?:[:=]|不?是|为|填|输入?|写|用|显示|(?:修?改|换|变|设置?|重置)(?:成|为|到)|设的|is(?![a-z]))"
_FILLER = r"(?:[ \"“‘'(【]|就|都|叫|内容|现在|一直|还|已|从|我|你|他|她|的|了|收到|发|来|给|告诉)"
_MERE_GAP = " \"“‘'(【从"
_ANNOUNCED = re.compile(
    rf"(?:(?P<password>{_PASSWORD})|(?P<code>{_CODE}))"
    rf"(?:(?P<link>{_FILLER}{{0,4}}{_ASSIGN}(?:{_FILLER}|{_ASSIGN}){{0,4}})|{_FILLER}{{0,4}})"
)
_TRAILING = re.compile(
    r"(?<![a-z0-9])(?P<secret>(?=[a-z]{0,15}\d)[a-z0-9]{4,16}) ?(?:就?是|\() ?"
    r"(?:我|你们?|的|收到|登录|支付|短信|手机|动态){0,3}(?:(?P<password>密码|口令)|(?P<code>验证码|校验码|动态码))(?![错不输忘有收没过])"
)
_NEXT = re.compile(
    r" {0,2}(?:(?:修?改|换|变)(?:成|为|到)了?|和|或者?|还有|、|->?|到|,?新(?:的|密码)?)(?:是|为|:)? {0,2}"
)

# What is typed in one go: no comma, which ends a statement, and no square brackets, which are ours.
_TYPED = re.compile(r"[!-+\--Z\\^-~]+")
_TYPED_START = re.compile(r"[!-+\--Z\\^-~]{1,65}")
_LONGEST_REAL = 64
_SENTENCE_END = ".?:;)'\">"
_SPOKEN = re.compile(f"[{''.join(SPOKEN_DIGITS)}]{{4,16}}(?![十百千万])")

_SPACED_CODE = re.compile(r"(?:\d{3}[ -]\d{3}|\d\d(?:[ -]\d\d){2}|\d(?:[ -]\d){3,7})(?![ -]?\d)")
_TYPED_CODE = re.compile(r"(?=[a-z]*\d)[a-z0-9]{3,8}")
_PLAIN_PASSWORD = re.compile(r"(?=[a-z@#$]*\d)[a-z0-9@#$][a-z0-9@#$!%^&*_+~.-]{3,15}")
_HOTLINE = re.compile(r"9[56]\d{3}|100(?:00|10|86|99)|12306|12315|106\d{5,17}")
_DATE_OR_TIME = re.compile(r"20\d\d[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2}:\d\d(?::\d\d)?")
_NUMBER = re.compile(r"[\d.-]+")
_UNIT = re.compile(r" ?(?:[年月元块次位个天%秒]|分钟|小时|万(?!一))")


def secrets(shadow: str) -> Iterator[Claim]:
    """Claim what follows 密码 or 验证码 when it is one, and what precedes 是验证码."""
    in_a_number = _in_a_number(shadow)
    for claim in _announced(shadow):
        if not in_a_number(claim):
            yield claim
    for match in _TRAILING.finditer(shadow):
        if not MOBILE.fullmatch(match["secret"]) and not _HOTLINE.fullmatch(match["secret"]):
            yield Claim("password" if match["password"] else "code", *match.span("secret"))


def _in_a_number(shadow: str) -> Callable[[Claim], bool]:
    """Tells whether a claim is only a group of a card's or telephone's number: no code is 6222 in 验证码 6222 0212 …"""
    found: list[Claim] | None = None

    def within(claim: Claim) -> bool:
        nonlocal found
        if found is None:
            found = sorted(numbers(shadow), key=lambda number: number.start)
        number = bisect_right(found, claim.start, key=lambda number: number.start) - 1
        return number >= 0 and claim.end <= found[number].end and claim[1:] != found[number][1:]

    return within


def _announced(shadow: str) -> Iterator[Claim]:
    """What stands after a word that announces it, and after 改成 or 和 behind that."""
    done = 0
    for match in _ANNOUNCED.finditer(shadow):
        if match.start() < done:
            continue
        kind = "password" if match["password"] else "code"
        link, start = match["link"] or match["cvv"] or "", match.end()
        if kind == "password" and not link and shadow[match.end(kind) : start].strip(_MERE_GAP):
            continue  # 改密码了 2000没到账
        end = _secret_end(shadow, start, kind, link)
        while end > start:
            yield Claim(kind, start, end)
            done = end
            further = _NEXT.match(shadow, end)
            if not further:
                break
            start = further.end()
            end = _secret_end(shadow, start, kind, "")


def _secret_end(shadow: str, start: int, kind: str, link: str) -> int:
    """Where the secret that starts here ends; `start` itself when there is none. `link` is "" unless explicit."""
    spoken = _SPOKEN.match(shadow, start)
    if spoken:
        return spoken.end()
    spaced = _SPACED_CODE.match(shadow, start) if kind == "code" else None
    if spaced:
        return spaced.end()
    typed = (_TYPED if link else _TYPED_START).match(shadow, start)
    # Without a link, a word that ends where something was claimed is a part of it, not a secret.
    if not typed or not link and shadow.startswith(BLANK, typed.end()):
        return start
    if len(typed[0]) > _LONGEST_REAL:
        return typed.end() if link else start
    secret = typed[0].rstrip(_SENTENCE_END)
    end = start + len(secret)
    if _DATE_OR_TIME.fullmatch(secret) or (_NUMBER.fullmatch(secret) and _UNIT.match(shadow, end)):
        return start
    is_secret = _is_code if kind == "code" else _is_password
    return end if is_secret(secret, link) else start


def _is_code(secret: str, link: str) -> bool:
    return bool(_TYPED_CODE.fullmatch(secret)) and bool(link or len(secret) > 3 and not _HOTLINE.fullmatch(secret))


def _is_password(secret: str, link: str) -> bool:
    if not link:
        other = MOBILE.fullmatch(secret) or _HOTLINE.fullmatch(secret)
        return not other and bool(_PLAIN_PASSWORD.fullmatch(secret))
    if link.strip().endswith("is"):  # "password is wrong"
        return any(char.isdecimal() for char in secret)
    return len(secret) >= (3 if link.strip()[-1:] in (":", "=") else 4)
