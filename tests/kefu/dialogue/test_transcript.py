"""What an agent gets to read."""

from kefu.dialogue.transcript import LONGEST, faq_ids, transcript

EVENTS = [
    {"event": "action", "name": "action_session_start"},
    {
        "event": "user",
        "text": "退款多久到",
        "timestamp": 1.0,
        "parse_data": {"intent": {"name": "refund_arrival"}},
        "metadata": {"original": "退款多久到呀~"},
    },
    {"event": "bot", "text": "一般…", "timestamp": 2.0, "metadata": {"faq_id": "refund.apply", "faq_version": "v1"}},
    {"event": "bot", "text": "还有…", "timestamp": 3.0, "metadata": {"faq_id": "refund.apply", "faq_version": "v1"}},
    {"event": "bot", "text": None, "timestamp": 4.0},
]


def test_both_sides_in_order_with_what_was_understood_and_shown() -> None:
    assert transcript(EVENTS) == [
        {"who": "customer", "text": "退款多久到呀~", "at": 1.0, "intent": "refund_arrival"},
        {"who": "bot", "text": "一般…", "at": 2.0, "faq_id": "refund.apply", "faq_version": "v1"},
        {"who": "bot", "text": "还有…", "at": 3.0, "faq_id": "refund.apply", "faq_version": "v1"},
    ]


def test_what_a_person_has_said_is_not_the_bots() -> None:
    pushed = {
        "event": "bot",
        "text": "我去查",
        "timestamp": 5.0,
        "metadata": {"agent": "小王", "push_id": "desk:talk:1:k"},
    }
    notice = {"event": "bot", "text": "客服来了", "timestamp": 6.0, "metadata": {"notice": True}}
    assert [line["who"] for line in transcript([pushed, notice])] == ["agent", "bot"]


def test_the_latest_lines_are_kept() -> None:
    events = [{"event": "bot", "text": str(i), "timestamp": i} for i in range(100)]
    assert [line["text"] for line in transcript(events)] == [str(i) for i in range(100 - LONGEST, 100)]


def test_each_entry_once() -> None:
    assert faq_ids(EVENTS) == ["refund.apply"]
