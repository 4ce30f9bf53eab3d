"""The summary before sending."""

from kefu.dialogue.ticket_summary import summary


def test_everything_that_will_be_sent_is_shown() -> None:
    text = summary(
        {
            "topic": "refund",
            "description": "退款没到",
            "extra": "商家不理",
            "time": "2026-11-22T15:00",
            "amount": "350.5",
            "order_id": "A1234567",
            "phone": "138****5678",
        }
    )
    for part in ("退款", "退款没到", "商家不理", "2026年11月22日 15:00", "350.5元", "A1234567", "138****5678"):
        assert part in text


def test_nothing_is_invented() -> None:
    text = summary({"topic": "register", "description": "注册不了", "time": None, "amount": "", "phone": "未提供"})
    assert "金额" not in text
    assert "时间：未提供" in text
