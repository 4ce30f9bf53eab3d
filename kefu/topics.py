"""What the dialogue needs to know about each intent."""

DIALOGUE_INTENTS = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "bot_challenge", "out_of_scope"}
    | {"cancel", "skip", "menu", "inform", "choose_faq", "none_of_these", "open_ticket", "rate"}
    | {"choose_brand", "add_to_ticket"}
)

MONEY_TOPICS = frozenset(
    {"payment_failed", "wrong_charge", "refund", "refund_arrival", "top_up", "top_up_arrival", "withdraw"}
    | {"withdraw_arrival", "transfer", "fee", "bill", "account_theft", "cross_border", "promotion"}
)

OTHER_MATTER = "out_of_scope"  # the topic of a ticket about nothing that the intents name


def is_business(intent: str) -> bool:
    """Whether an intent is a matter of the wallet, not a move of the dialogue."""
    return intent not in DIALOGUE_INTENTS


def needs_amount(topic: str) -> bool:
    """Whether a ticket on the topic should name an amount."""
    return topic in MONEY_TOPICS


TITLES = {
    "register": "注册开户",
    "verification_code": "验证码",
    "identity_verification": "实名认证",
    "login_problem": "登录问题",
    "account_locked": "账号被锁或冻结",
    "forgot_password": "忘记或修改密码",
    "change_phone": "换手机号",
    "close_account": "注销账户",
    "account_theft": "账户被盗、被骗",
    "data_security": "账户和隐私安全",
    "payment_failed": "付款失败",
    "wrong_charge": "扣款有误",
    "refund": "退款",
    "refund_arrival": "退款到账",
    "payment_limit": "限额",
    "payment_scenario": "哪里能用",
    "cross_border": "境外支付",
    "top_up": "充值",
    "top_up_arrival": "充值没到账",
    "withdraw": "提现",
    "withdraw_arrival": "提现没到账",
    "transfer": "转账",
    "fee": "手续费",
    "bank_card": "银行卡",
    "bill": "余额和账单",
    "contact": "联系客服",
    "prepare_info": "联系客服前的准备",
    "human_agent": "人工服务",
    "complaint": "投诉",
    "ticket_status": "工单进度",
    "feedback": "建议和表扬",
    "product_news": "新功能",
    "about_wallet": "认识钱包",
    "promotion": "优惠活动",
    OTHER_MATTER: "其他问题",
}


def title(intent: str) -> str:
    """What people call an intent."""
    return TITLES.get(intent, TITLES[OTHER_MATTER])
