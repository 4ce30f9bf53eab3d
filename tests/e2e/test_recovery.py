"""When talks go wrong or come to an end: misses, odd messages, ratings, notices, brands."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from kefu.topics import topics
from tests.e2e.conftest import Customer, Product
from tests.e2e.talk import (
    NONE,
    PERSON,
    REGISTER,
    events,
    eventually,
    feedback,
    joined,
    press,
    shown,
    titles,
    walkable,
)
from tests.e2e.test_conversations import HOTLINES, NAMES

pytestmark = pytest.mark.e2e

OTHER = {"post": "my", "my": "post"}
EMAILS = {"post": "service@post-wallet.example", "my": "service@my-wallet.example"}


@pytest.fixture(params=["post", "my"])
def customer(request: pytest.FixtureRequest, product: Product) -> Customer:
    return product.customer(request.param)


@pytest.fixture
def one(product: Product) -> Customer:
    """Somebody of the default brand, where the brand does not matter."""
    return product.customer()


# Recovery


def test_clarifying_has_titles_and_a_way_out(one: Customer) -> None:
    replies = one.say("不能用了")
    buttons = titles(replies)
    assert buttons[-1] == NONE
    assert len(buttons) > 1
    assert all(re.search("[一-鿿]", title) and "_" not in title for title in buttons)
    assert "没太明白" in joined(press(one, replies, NONE))


def test_third_miss_offers_a_person_in_other_words(customer: Customer) -> None:
    heard = []
    for text in ("不能用了", "用不了钱", "不能用了"):
        replies = customer.say(text)
        assert NONE in titles(replies), joined(replies)
        last = press(customer, replies, NONE)
        heard.append(joined(last))
    assert len(set(heard)) == 3
    assert {REGISTER, PERSON} <= set(titles(last))
    assert HOTLINES[customer.brand] in heard[-1]


def test_off_topic_again_and_again_is_no_loop(one: Customer) -> None:
    heard = [one.say(text) for text in ("给我讲个笑话", "今天下雨吗", "快递到哪里了")]
    assert len({joined(replies) for replies in heard}) > 1, "the same words three times"
    assert PERSON in titles(heard[-1])


def test_same_question_again_says_something_else(product: Product, customer: Customer) -> None:
    first = customer.hear("充了钱半天不到账")
    replies = customer.say("充了钱半天不到账!!")
    assert joined(replies) != first
    assert {REGISTER, PERSON} <= set(titles(replies))


ODD = {
    "empty": ("", "空消息"),
    "emoji": ("😂😂👍", "表情"),
    "foreign": ("hello i want my money back please", "Chinese"),
    "abusive": ("傻逼玩意儿", "对不起"),
    "loan": ("我借呗怎么不给我放款", "贷款"),
    "credit card": ("信用卡逾期了咋办", "贷款"),
}


@pytest.mark.parametrize(("text", "words"), ODD.values(), ids=ODD.keys())
def test_odd_message_gets_its_own_answer(customer: Customer, text: str, words: str) -> None:
    replies = customer.say(text)
    assert words in joined(replies)
    assert titles(replies), "a way on"


def test_very_long_message_is_cut_with_a_word_about_it(one: Customer) -> None:
    said = one.hear("我跟你们说啊这个退款的事情真是气死人了" * 150)
    assert "只看了前" in said
    assert len(said) > 60, "and answered"


def test_two_questions_in_one_message(product: Product, customer: Customer) -> None:
    replies = customer.say("退款一般几天到啊?还有提现要扣多少手续费")
    first = shown(product, customer)[-1].split(".")[0]
    assert first in ("refund_arrival", "fee")
    assert "您还问到" in joined(replies)
    press(customer, replies, titles(replies)[0])
    assert {one.split(".")[0] for one in shown(product, customer)} == {"refund_arrival", "fee"}


# Closing the loop


def test_rating_and_comment_are_stored(product: Product, customer: Customer) -> None:
    customer.say("余额在哪里看")
    answer = shown(product, customer)[-1]
    replies = press(customer, customer.say("已解决"), "2")
    assert "哪里不满意" in joined(replies)
    words = f"字太小了看着费劲 {customer.sender}"
    assert "记下了" in customer.hear(words)
    stored = feedback(product)
    comment = next(row for row in stored if row["text"] == words)
    rating = stored[stored.index(comment) - 1]
    assert (rating["kind"], rating["stars"], rating["brand"]) == ("rating", 2, customer.brand)
    assert (comment["kind"], comment["stars"], comment["brand"]) == ("comment", 2, customer.brand)
    assert rating["faq_id"] == answer, "the rating belongs to the answer that was rated"


def test_rating_without_comment(product: Product, one: Customer) -> None:
    one.say("余额在哪里看")
    press(one, one.say("已解决"), "5")
    before = feedback(product)
    assert "谢谢" in one.hear("没有")
    assert feedback(product) == before


def test_question_instead_of_a_comment_is_answered(product: Product, one: Customer) -> None:
    one.say("余额在哪里看")
    press(one, one.say("已解决"), "5")
    one.say("提现要扣多少手续费")
    assert shown(product, one)[-1].startswith("fee.")


def test_praise_is_stored(product: Product, one: Customer) -> None:
    words = f"你们客服小姑娘真好点个赞 {one.sender}"
    assert "谢谢" in one.hear(words)
    assert feedback(product)[-1]["text"] == words


@pytest.fixture
def notice(product: Product) -> Iterator[Callable[..., None]]:
    """Switches notices on (with a text) and off."""

    def switch(brand: str, *text: str) -> None:
        command = [sys.executable, "-m", "kefu", "notice", brand, *text]
        subprocess.run(command, env={**os.environ, "KEFU_VAR_DIR": str(product.var)}, check=True, timeout=60)

    yield switch
    for brand in NAMES:
        switch(brand)


def test_incident_notice_is_told_to_its_brand_while_it_lasts(
    product: Product, customer: Customer, notice: Callable[..., None]
) -> None:
    text = f"退款通道正在抢修 {customer.sender}"
    notice(customer.brand, text, "--topics", "refund,refund_arrival")
    eventually(lambda: text in product.customer(customer.brand).hear("买错了想退钱"))
    assert text not in product.customer(customer.brand).hear("余额在哪里看"), "another topic"
    assert text not in product.customer(OTHER[customer.brand]).hear("买错了想退钱"), "another brand"
    assert "人工会慢一些" in product.customer(customer.brand).hear("给我接人工")
    notice(customer.brand)
    eventually(lambda: text not in product.customer(customer.brand).hear("买错了想退钱"))


@pytest.mark.parametrize("text", ["最近有啥新功能", "有什么新功能"])
def test_product_news_are_dated_and_of_the_brand(customer: Customer, text: str) -> None:
    said = customer.hear(text)
    assert re.search(r"20\d\d-\d\d-\d\d", said), said
    news = {"post": "更多网点支持充值", "my": "登录两步验证"}
    assert news[customer.brand] in said
    assert news[OTHER[customer.brand]] not in said


# Brands


def test_no_answer_names_the_other_brand(product: Product, customer: Customer) -> None:
    """All 34 business intents, by the menu and its guides' buttons; refund_arrival and human_agent by words."""
    foreign = [names[OTHER[customer.brand]] for names in (NAMES, HOTLINES, EMAILS)]
    heard: dict[str, str] = {}
    main = customer.say("菜单")
    heard["菜单"] = joined(main)
    waiting = [*walkable(main), "退款一般几天到"]
    pressed: set[str] = set()
    while waiting:
        title = waiting.pop()
        payload = title if isinstance(title, str) else title["payload"]
        name = title if isinstance(title, str) else title["title"]
        if payload in pressed:
            continue
        pressed.add(payload)
        replies = customer.say(payload)
        heard[name] = joined(replies)
        waiting += walkable(replies)
    heard[PERSON] = customer.hear("叫个真人来")
    intents = {event["parse_data"]["intent"]["name"] for event in events(product, customer, "user")}
    assert not set(topics()) - intents, "every business intent was asked"
    silent = [title for title, said in heard.items() if not said.strip()]
    assert not silent
    wrong = {title: [word for word in foreign if word in said] for title, said in heard.items()}
    assert not {title: words for title, words in wrong.items() if words}
