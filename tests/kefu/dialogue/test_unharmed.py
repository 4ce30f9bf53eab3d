"""What says that no harm is done, and what says so only in part."""

import pytest

from kefu.dialogue.unharmed import (
    blames_us,
    is_relieved,
    is_unharmed,
    may_codes_be_told,
    only_clears,
    speaks_of_harm,
    takes_back,
)
from kefu.text import normalise


@pytest.mark.parametrize(
    "text",
    [
        "骗子打电话来我没理",
        "他让我转账我没转",
        "骗子说要我的验证码我没给",
        "陌生人让我发验证码 我没发",
        "骗子没得逞",
        "你们骗我钱",
        "一群骗子",
        "不是骗子",
        "那个不是骗子 是我朋友",
        "怀疑是诈骗电话 没理他",
        "有个骗子打电话我没信",
        "差点被骗了 还好没转",
        "我妈被骗过 我不敢用",
        "我老婆刚用我钱包付的款 我看错了以为被盗",
        "钱被转走了 后来发现是我老婆转的",
        "手机丢了又找到了 还用挂失吗",
        "我手机不见了 刚找到",
        "你们多扣我钱了！！！骗子！！",
        "骗子公司 退款不给退",
        "充值卡里钱被扣了但没到账 是不是被盗了",
        "提现没到账 是不是被骗了",
        "怕是骗子 不留电话",
        "误会了 是我儿子买的",
        "骗子想骗我 没骗成",
        "我没被盗刷,就是想问盗刷了怎么赔",
    ],
)
def test_no_harm_is_done(text: str) -> None:
    assert is_unharmed(normalise(text).text)


@pytest.mark.parametrize(
    "text",
    [
        "差点没转 最后还是转给骗子了",
        "我没给验证码但是钱没了",
        "不是骗子 但是他把我的钱转走了",
        "钱被转走了 不是我老公转的",
        "钱被转走了 是不是我老公转的",
        "差点被骗 结果还是转了2000",
        "他让我共享屏幕 我点了",
        "那人让我下载软件 我钱没了",
        "我没理他 可是卡里的钱被转走了",
        "我没看错 钱就是被偷了",
        "看错了名字 转给骗子了",
        "朋友被骗过 这次我也被骗了",
        "我没告诉别人 余额还是少了",
        "骗子把我拉黑了",
        "对方没找到 钱也没了",
        "你们客服骗了我 我转了三千",
        "谁动我钱",
        "有人动了我的账户",
    ],
)
def test_harm_beside_a_denial_counts(text: str) -> None:
    assert not is_unharmed(normalise(text).text)


@pytest.mark.parametrize("text", ["不是骗子", "他不是骗子", "那个人不是骗子啊", "应该不是骗子吧"])
def test_nobody_is_to_blame(text: str) -> None:
    assert only_clears(text)


@pytest.mark.parametrize("text", ["是不是骗子", "不是骗子是什么", "骗子", "不是骗子但钱没了"])
def test_more_than_that_is_something_else(text: str) -> None:
    assert not only_clears(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "验证码能告诉别人吗",
            "密码能告诉我老婆吗",
            "验证码可以发给我儿子吗",
            "能把密码给我妈吗",
            "验证码要告诉客服吗",
        ),
        *("客服要验证码能给吗", "验证码能不能告诉客服"),
    ],
)
def test_whether_codes_may_be_told(text: str) -> None:
    assert may_codes_be_told(text)


@pytest.mark.parametrize(
    "text", ["验证码能发给我吗", "能重新发验证码给我吗", "密码怎么改", "验证码告诉别人了能改吗", "密码可以改吗"]
)
def test_other_questions_about_codes(text: str) -> None:
    assert not may_codes_be_told(text)


@pytest.mark.parametrize("text", ["你们骗我钱", "一群骗子", "骗子公司", "你们多扣我钱,骗子"])
def test_anger_is_no_relief(text: str) -> None:
    assert blames_us(text)
    assert not is_relieved(text)


@pytest.mark.parametrize("text", ["提现没到账,是不是被骗了", "怕是骗子不留电话", "有人冒充你们骗我钱"])
def test_doubt_is_no_relief(text: str) -> None:
    assert not is_relieved(text)


@pytest.mark.parametrize("text", ["差点被骗了还好没转", "是我老公转的", "有人冒充你们骗人,我没信"])
def test_relief(text: str) -> None:
    assert is_relieved(text)
    assert not blames_us(text)


@pytest.mark.parametrize(
    "text", ["没事了", "看错了,是我老公买的", "手机找到了", "我没被盗刷", "误会一场", "钱退回来了"]
)
def test_an_alarm_taken_back(text: str) -> None:
    assert takes_back(normalise(text).text)


@pytest.mark.parametrize("text", ["客服说没事了", "没找到", "看错了名字,转给骗子了", "昨晚11点", "会没事的吧"])
def test_an_alarm_not_taken_back(text: str) -> None:
    assert not takes_back(normalise(text).text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "有人用我的账户在外地买了两部手机",
            "谁动我钱",
            "密码被改了",
            "手机落在网约车上",
            "验证码念给他听了",
            "我转了六千",
        ),
        *("怕他继续转,钱已经没了", "凌晨三点被扣了五百,我在睡觉", "收到提醒说我在广州登录了,可我人在哈尔滨"),
    ],
)
def test_words_of_harm(text: str) -> None:
    assert speaks_of_harm(normalise(text).text)


@pytest.mark.parametrize(
    "text",
    [
        *("我人在外地", "手机不在身边", "手机137****1234", "联系我手机137****1234", "不认识", "没手机", "不是我的卡"),
        *("我没有操作错", "是陌生人", "万一被骗怎么办", "怎么避免被骗", "如果手机被偷了", "商家骗我,卖假货260"),
        *("我换了新手机,提示陌生设备要验证", "盗刷险是什么"),
    ],
)
def test_no_word_of_harm(text: str) -> None:
    assert not speaks_of_harm(normalise(text).text)
