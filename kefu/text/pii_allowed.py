"""What looks like personal data but must survive: order numbers, our receipts, and what was masked before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kefu.text.pii import Claim

_MASKED = r"\[(?:银行卡号|身份证号|验证码|密码|邮箱)\]|(?<!\d)\d{3}\*{4}\d{4}(?!\d)"
_RECEIPT = r"(?<![a-z0-9])kf[0-9a-hjkmnp-tv-z]{10}(?![a-z0-9])"
_LABEL = (
    r"(?:单(?:编号|号)|(?:订单|交易|流水|支付|商户|凭证|批次|参考|受理|业务|终端)(?:编号|号)"
    r"|(?<![a-z])order(?: ?(?:id|no|number))?\.?)"
)
_LINK = r"(?:[ :#=(【\"'“]|是|为|就|码){0,6}"
_BARE_MOBILE = re.compile(r"1[3-9]\d{9}")
_NUMBER = r"[a-z0-9][a-z0-9_-]{0,63}"

_ALLOWED = re.compile(
    rf"{_MASKED}|{_RECEIPT}"
    rf"|{_LABEL}(?P<link>{_LINK})(?P<order>{_NUMBER})"
    # Without 号 the number must be long to be an order's: 订单20261120123456.
    r"|(?:订单|流水|交易|工单)[ :]{0,3}(?P<long>(?=[a-z_-]{0,20}\d)[a-z0-9_-]{12,64})"
    rf"|(?<![a-z0-9_-])(?P<before>[a-z0-9_-]{{6,64}}) ?(?:就?是|\()(?:我|的|这笔){{0,3}}{_LABEL}"
)


def allowed(shadow: str) -> Iterator[Claim]:
    """Claim, with kind "", everything that no later detector may touch."""
    for match in _ALLOWED.finditer(shadow):
        group = match.lastgroup if match.lastgroup else 0
        # In 没有订单号 13800138000 the space parts two statements.
        if group == "order" and match["link"].isspace() and _BARE_MOBILE.fullmatch(match["order"]):
            continue
        yield Claim("", *match.span(group))
