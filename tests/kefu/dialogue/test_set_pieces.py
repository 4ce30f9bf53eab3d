"""Short messages with a reply of their own."""

import pytest
import yaml

from kefu.dialogue.set_pieces import asks_for_menu, asks_of_outage, asks_of_recovery, other_company, piece_of
from kefu.settings import ROOT

RESPONSES = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["responses"]


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("到账", "utter_which_arrival"),
        ("失败", "utter_which_failed"),
        ("我的订单", "utter_which_order"),
        ("冻结", "utter_which_frozen"),
        ("比特币能充值吗", "utter_no_crypto"),
        ("你谁啊", "utter_my_name"),
        ("你叫什么名字", "utter_my_name"),
        ("真的取消吗", "utter_only_form_cancelled"),
        ("你没听懂", "utter_misread"),
        ("答非所问", "utter_misread"),
        ("帮帮我", "utter_go_on"),
        ("等等还有个问题", "utter_go_on"),
        ("等一下我看看", "utter_no_hurry"),
        ("我再想想", "utter_no_hurry"),
        ("我回来了", "utter_welcome_back"),
        ("等一下才能提现吗", None),
        ("退出", "utter_nothing_to_cancel"),
        ("退出登录怎么弄", None),
        ("退款到账", None),
        ("付款失败", None),
        ("对方叫什么名字", None),
        ("怎么取消自动扣费", None),
    ],
)
def test_pieces(text: str, piece: str | None) -> None:
    assert piece_of(text) == piece
    assert piece is None or piece in RESPONSES


def test_a_vague_word_is_about_the_open_matter() -> None:
    assert piece_of("到账", is_open=True) is None
    assert piece_of("等一下我看看", is_open=True) is None


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("支付宝余额怎么提现", "支付宝"),
        ("微信支付怎么退款", "微信支付"),
        ("微信支付客服电话多少", "微信支付"),
        ("微信零钱怎么提现", "微信支付"),
        ("微信怎么充到你们钱包", None),
        ("支付宝充值没到账", None),
        ("支付宝转到你们这里怎么转", None),
        ("用微信充值要手续费吗", None),
        ("微信能提现吗", None),
    ],
)
def test_other_companies(text: str, company: str | None) -> None:
    assert other_company(text) == company


@pytest.mark.parametrize(
    "text",
    [
        "是不是系统坏了",
        "大家都付不了吗",
        "你们系统维护吗",
        "网络故障吗",
        "你们是不是出故障了",
        "系统崩了",
        "服务器挂了吗",
    ],
)
def test_outages(text: str) -> None:
    assert asks_of_outage(text)


@pytest.mark.parametrize("text", ["付款提示系统维护", "付款失败", "手机坏了", "卡坏了怎么办", "什么时候恢复"])
def test_no_outages(text: str) -> None:
    assert not asks_of_outage(text)


def test_asking_on() -> None:
    assert asks_of_recovery("什么时候恢复")


@pytest.mark.parametrize("text", ["返回", "上一步", "主菜单", "回到菜单"])
def test_back_to_the_menu(text: str) -> None:
    assert asks_for_menu(text)
    assert not asks_for_menu("钱返回余额了吗")
