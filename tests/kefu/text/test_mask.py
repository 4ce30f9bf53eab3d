"""Masking by example: what is hidden, and what only looks like it."""

import pytest

from kefu.text import normalise
from kefu.text.mask import Finding, mask, mask_with_findings

PHONE, CARD, ID, CODE, PASSWORD, EMAIL = "138****8000", "[银行卡号]", "[身份证号]", "[验证码]", "[密码]", "[邮箱]"

PHONES = [
    "13800138000",
    "+8613800138000",
    "+86 13800138000",
    "+86-138-0013-8000",
    "0086 138 0013 8000",
    "008613800138000",
    "86-13800138000",
    "(+86)13800138000",
    "013800138000",
    "138 0013 8000",
    "138-0013-8000",
    "138－0013－8000",
    "1380 0138 000",
    "1380013 8000",
    "138 00 13 80 00",
    "138.0013.8000",
    "1 3 8 0 0 1 3 8 0 0 0",
    "1-3-8-0-0-1-3-8-0-0-0",
    "１３８００１３８０００",
    "１３８ ００１３　８０００",
    "138\u200b0013\u200b8000",
    "①③⑧⓪⓪①③⑧⓪⓪⓪",
    "一三八零零一三八零零零",
    "幺三八零零幺三八零零零",
    "一三八〇〇一三八〇〇〇",
    "一三八 零零一三 八零零零",
    "壹叁捌零零壹叁捌零零零",
    "138零零13八000",
]

IN_CONTEXT = [
    "{}",
    "我手机{}",
    "手机号是{},没收到验证码",
    "tel:{}",
    "注册的号码 {} 换了",
    "换成{}可以吗",
    "周一{}打来的",
    "我是{}",
    "充值 500 {} 2000元",
    "号码{}。",
    "订单没有，电话{}！",
]


@pytest.mark.parametrize("phone", PHONES)
@pytest.mark.parametrize("context", IN_CONTEXT)
def test_a_phone_keeps_seven_digits_and_its_value_is_returned(phone, context):
    masked = mask_with_findings(context.format(phone))
    assert PHONE in masked.text
    assert "0013" not in masked.text
    assert [(finding.kind, finding.value) for finding in masked.findings] == [("phone", "13800138000")]
    assert "13800138000" not in repr(masked)


@pytest.mark.parametrize("context", IN_CONTEXT)
@pytest.mark.parametrize(
    "card",
    [
        "6222021234567890128",
        "6222 0212 3456 7890 128",
        "6222-0212-3456-7890-128",
        "６２２２０２１２３４５６７８９０１２８",
        "622202 1234567890128",
        "62220212 34567890128",
        "6 2 2 2 0 2 1 2 3 4 5 6 7 8 9 0 1 2 8",
        "6228480402564890018",
        "4111111111111111",
        "4111 1111 1111 1111",
        "5105105105105100",
        "378282246310005",
        "3782 822463 10005",
        "4222222222222",
        "9558801502106201126",
    ],
)
def test_bank_cards(card, context):
    masked = mask_with_findings(context.format(card))
    assert masked.text == context.format(CARD)
    assert [(finding.kind, finding.value) for finding in masked.findings] == [("bank_card", "")]


@pytest.mark.parametrize("context", IN_CONTEXT)
@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002X",
        "11010519491231002x",
        "110105 19491231 002X",
        "110105 1949 1231 002X",
        "11010519491231002 X",
        "110105-19491231-0021",
        "１１０１０５１９４９１２３１００２Ｘ",
        "330106200001010018",
        "330106200001010019",  # one of these two fails the checksum
        "110105491231002",
        "110 105 1949 1231 0025",
    ],
)
def test_id_cards_whatever_their_checksum(number, context):
    masked = mask_with_findings(context.format(number))
    assert masked.text == context.format(ID)
    assert [(finding.kind, finding.value) for finding in masked.findings] == [("id_card", "")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("卡号6222021234567890124", f"卡号{CARD}"),  # mistyped: fails Luhn
        ("银行卡号是 6222 0212 3456 7890 124 对吗", f"银行卡号是 {CARD} 对吗"),
        ("card no. 6222021234567890124", f"card no. {CARD}"),
        ("身份证号:3301062000010100", f"身份证号:{ID}"),  # two digits short
        ("证件号码 330106200099990018", f"证件号码 {ID}"),
        ("13800138000 6222021234567890128 100元", f"{PHONE} {CARD} 100元"),
        ("6222 0212 3456 7890 128 13800138000", f"{CARD} {PHONE}"),
        ("13800138000,13900139000", f"{PHONE},139****9000"),
        ("13800138000/13900139000", f"{PHONE}/139****9000"),
        ("2026-11-20 6222 0212 3456 7890 128", f"2026-11-20 {CARD}"),
        ("没有订单号 13800138000", f"没有订单号 {PHONE}"),
        ("订单号不知道,手机号13800138000", f"订单号不知道,手机号{PHONE}"),
        ("订单13800138000", f"订单{PHONE}"),
        ("验证码发到13800138000了吗", f"验证码发到{PHONE}了吗"),
        ("密码 13800138000 忘了", f"密码 {PHONE} 忘了"),
        ("wx13800138000", f"wx{PHONE}"),
        ("我家电话0571-88881234", "我家电话057****1234"),
        ("座机是 010 88881234", "座机是 010****1234"),
        ("我的联系电话：(0571)88881234", "我的联系电话：057****1234"),
    ],
)
def test_numbers_among_others(text, expected):
    assert mask(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("验证码是123456", f"验证码是{CODE}"),
        ("验证码123456不对", f"验证码{CODE}不对"),
        ("验证码：１２３４５６", f"验证码：{CODE}"),
        ("您的验证码为 8842，5分钟内有效", f"您的验证码为 {CODE}，5分钟内有效"),
        ("收到的验证码一直是123456", f"收到的验证码一直是{CODE}"),
        ("验证码 123 456", f"验证码 {CODE}"),
        ("验证码1 2 3 4 5 6", f"验证码{CODE}"),
        ("验证码一二三四五六", f"验证码{CODE}"),
        ("验证码是a1B2c3", f"验证码是{CODE}"),
        ("我把验证码123456告诉骗子了", f"我把验证码{CODE}告诉骗子了"),
        ("验证码我发了885421给他", f"验证码我发了{CODE}给他"),
        ("验证码显示是4821或者4822", f"验证码显示是{CODE}或者{CODE}"),
        ("我的码 8842", f"我的码 {CODE}"),
        ("123456是验证码", f"{CODE}是验证码"),
        ("123456（验证码）", f"{CODE}（验证码）"),
        ("校验码885421", f"校验码{CODE}"),
        ("verification code: 885421", f"verification code: {CODE}"),
        ("your code is 885421", f"your code is {CODE}"),
        ("OTP 885421", f"OTP {CODE}"),
        ("CVV 123", f"CVV {CODE}"),
        ("密码abc123", f"密码{PASSWORD}"),
        ("密码是Abc@123!", f"密码是{PASSWORD}"),
        ("登录密码:123456", f"登录密码:{PASSWORD}"),
        ("支付密码123456改成654321", f"支付密码{PASSWORD}改成{PASSWORD}"),
        ("密码从abc123改为 def456", f"密码从{PASSWORD}改为 {PASSWORD}"),
        ("旧密码123456,新密码654321", f"旧密码{PASSWORD},新密码{PASSWORD}"),
        ("密码是123456和654321都不行", f"密码是{PASSWORD}和{PASSWORD}都不行"),
        ("密码设置成hello可以吗", f"密码设置成{PASSWORD}可以吗"),
        ("登录密码和支付密码都是888888", f"登录密码和支付密码都是{PASSWORD}"),
        ("密码一二三四五六", f"密码{PASSWORD}"),
        ("我的密码（abc123）改不了", f"我的密码（{PASSWORD}）改不了"),
        ("口令 a1b2c3", f"口令 {PASSWORD}"),
        ("password: xxx", f"password: {PASSWORD}"),
        ("Password=Tr0ub4dor&3", f"Password={PASSWORD}"),
        ("my password is abc123", f"my password is {PASSWORD}"),
        ("pwd 123456", f"pwd {PASSWORD}"),
        ("密码是13800138000", f"密码是{PASSWORD}"),
        ("密码是6222021234567890128", f"密码是{PASSWORD}"),
        ("邮箱zhang.san+1@example.com收不到", f"邮箱{EMAIL}收不到"),
        ("13800138000@139.com", EMAIL),
        ("ＡＢＣ＠ｑｑ．ｃｏｍ", EMAIL),
        ("驗證碼是１２３４５６", f"驗證碼是{CODE}"),
        ("密碼是hello", f"密碼是{PASSWORD}"),
        ("ＰＡＳＳＷＯＲＤ：ｓｅｃｒｅｔ", f"ＰＡＳＳＷＯＲＤ：{PASSWORD}"),
    ],
)
def test_codes_passwords_and_addresses(text, expected):
    masked = mask_with_findings(text)
    assert masked.text == expected
    assert all(finding.value == "" for finding in masked.findings)


SURVIVORS = [
    "",
    "怎么申请退款",
    # talk about passwords and codes
    "密码错误",
    "6位密码",
    "六位数字密码",
    "密码忘了",
    "忘记密码怎么办",
    "密码输错5次",
    "密码输错10000次",
    "密码是几位",
    "密码是6位数字",
    "密码是8-16位吗",
    "密码:8-20个字符",
    "密码是2023年设的",
    "密码从2023年就没改过",
    "密码锁定24小时",
    "改密码了 2000没到账",
    "密码改了2000没到账",
    "忘记密码了,5000块取不出来",
    "密码 2026-11-20 改过",
    "修改密码打95580",
    "忘记密码 95580",
    "password is wrong",
    "验证码收不到",
    "验证码发了3次",
    "验证码等了120秒",
    "验证码显示60秒后重发",
    "验证码 5分钟过期",
    "收到95580发来的验证码",
    "验证码从10690000发来的",
    "验证码是什么",
    "付了验证码是5000元",
    "错误码1001",
    "error code: 1001",
    "报错 code:500",
    "我的码头",
    "8842是密码错误的意思吗",
    "优惠码 8842",
    # orders and receipts
    "订单号20261120123456789012",
    "订单号：6222021234567890128",
    "订单号 6222021234567890128",
    "订单编号为4111111111111111",
    "流水号110105194912310021",
    "訂單號6222021234567890128",
    "交易单号:4200001234202611201234567890",
    "商户单号是13800138000",
    "快递单号773012345678901",
    "订单号ABCD1234efgh5678ABCD1234efgh5678",
    "订单20261120123456789012",
    "交易 6222021234567890128 失败",
    "6222021234567890128是我的订单号",
    "order no. 6222021234567890128",
    "KF7K3M9QXT2B",
    "我的工单KF1234567890 1234567处理了吗",
    "密码 KF7K3M9QXT2B",
    "20261120123456789012",
    "202611201230154567",
    "1234567890123456",
    "4200001234202611201234567890",
    "PAY6222021234567890128",
    "1763865107000",
    # amounts, dates, times, hot-lines
    "充值1000000元",
    "1,000,000.00元",
    "扣了150 2000元",
    "充值 1500 20000 30",
    "15000-200000元",
    "2026-11-20 13:45:00",
    "20261120 134500",
    "2026年11月20日13点45分",
    "95580",
    "打95588、10086、12306、12315都不通",
    "400-820-8888",
    "4008208888",
    "800-810-8888",
    "网点电话0571-88881234",
    "版本 3.6.21",
    "192.168.100.100",
    "尾号1234",
    "尾号 1234 的卡",
    "一共一百二十三元",
    "星期一二三四五都不行",
    "二〇二六年十一月二十日",
    "@客服",
]


@pytest.mark.parametrize("text", SURVIVORS)
def test_survivors(text):
    masked = mask_with_findings(text)
    assert (masked.text, masked.findings) == (text, ())


def test_findings_are_in_order_and_point_into_the_unmasked_text():
    text = "密码是abc123,手机138-0013-8000,邮箱a@b.cn"
    assert mask_with_findings(text).findings == (
        Finding("password", "", 3, 9),
        Finding("phone", "13800138000", 12, 25),
        Finding("email", "", 28, 34),
    )


@pytest.mark.parametrize("phone", PHONES)
def test_normalised_text_is_masked_as_well(phone):
    assert PHONE in mask(normalise(f"我的手機號 {phone}，冲值沒到").text)
