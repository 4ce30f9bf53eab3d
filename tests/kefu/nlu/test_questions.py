"""Several questions in one message."""

import pytest

from kefu.nlu.questions import questions


def parts(marked: str) -> list[str]:
    words = marked.split("|")
    return ["".join(words[start:end]) for start, end in questions(words)]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("退款|多久|到账|?|提现|收|手续费|吗|?", ["退款多久到账", "提现收手续费吗"]),
        ("退款|多久|到账|另外|提现|收|手续费|吗", ["退款多久到账", "提现收手续费吗"]),
        ("怎么|注册|账户|,|还有|怎么|绑卡|呢", ["怎么注册账户", "怎么绑卡呢"]),
        ("退款|多久|到账", []),
        ("昨天|下午|,|退款|多久|到账", []),
        ("急|,|快点|,|退款|怎么|还没|到", []),
        ("怎么|注册|,|要|不要|钱|,|外国人|能|用|吗", ["怎么注册", "要不要钱", "外国人能用吗"]),
        ("密码|忘了|还有|我|昨天|退款|到账|没有", ["密码忘了", "我昨天退款到账没有"]),
        ("付款|失败|,|昨天|下午", []),
        ("", []),
        ("???", []),
    ],
)
def test_parts_that_ask(marked: str, expected: list[str]) -> None:
    assert parts(marked) == expected


def test_a_hundred_questions_are_cut() -> None:
    assert len(parts("|,|".join(["怎么|退款|呢"] * 100))) == 4
