from pathlib import Path

import jieba
import pytest

from kefu.text.confusions import DEFAULT_FILE, load_confusions
from kefu.text.normalise import normalise
from kefu.yaml_file import DataError

# Correct words that are replaced on purpose: outside this wallet they mean something else, or are older spellings.
REPLACED_ON_PURPOSE = (
    "登陆",
    "帐",
    "身分证",
    "优惠卷",
    "冲值卡",
    "钱宝琮",
    "安邦定国",
    "邦定机",
    "回覆",
    "计画",
    "异长",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("怎么冲值", "怎么充值"),
        ("余额提线失败", "余额提现失败"),
        ("我的帐号登陆不上", "我的账号登录不上"),
        ("验正码收不到", "验证码收不到"),
        ("收不到验证吗", "收不到验证码"),
        ("支副密马错误", "支付密码错误"),
        ("支負失败", "支付失败"),
        ("怎么退宽", "怎么退款"),
        ("钱宝的手需费", "钱包的手续费"),
        ("怎么注消账户", "怎么注销账户"),
        ("帐户东结了", "账户冻结了"),
        ("账号被东结", "账号被冻结"),
        ("邦卡失败,帐户被锁钉", "绑卡失败,账户被锁定"),
        ("转帐没到帐", "转账没到账"),
        ("转帐号", "转账号"),
        ("限鹅多少", "限额多少"),
        ("红抱领不了", "红包领不了"),
        ("找人工客付", "找人工客服"),
        ("转人功", "转人工"),
        ("登计一下吧", "登记一下吧"),
        ("体现到银行卡", "提现到银行卡"),
        ("优惠卷怎么用", "优惠券怎么用"),
    ],
)
def test_corrects(text, expected):
    assert normalise(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "个人功能在哪里",
        "攀登计划什么时候开始",
        "顾客付款了吗",
        "退宽带的钱",
        "关注消息提醒",
        "备注消费金额",
        "京东结账失败",
        "京东结了账",
        "问题现在解决了吗",
        "验证马上过期",
        "需要验证吗",
        "体现了什么",
        "知道刷卡要手续费",
        "补充直接说明",
        "活动结束了",
        "了解东西",
        "提线索有奖",
        "转人功能在哪",
        "分支负责人",
        "可以经过客服吗",
    ],
)
def test_leaves_words_that_only_look_wrong(text):
    assert normalise(text).text == text


def test_no_entry_is_a_word_of_the_language():
    confusions = load_confusions()
    dictionary = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8")
    common = (line.split(" ")[0] for line in dictionary.splitlines() if int(line.split(" ")[1]) > 3)
    hits = [word for word in common for _ in confusions.find(word)]
    assert [word for word in hits if not any(known in word for known in REPLACED_ON_PURPOSE)] == []


def test_every_entry_is_applied_and_stable():
    for wrong, right in load_confusions().replacements.items():
        assert normalise(wrong).text == right
        assert normalise(right).changes == ()


def test_the_answers_of_the_bot_are_not_touched():
    found = [
        (file.name, number, hit)
        for file in sorted((DEFAULT_FILE.parents[1] / "faq").glob("*.yml"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if "variants:" not in line
        for hit in load_confusions().find(line)
    ]
    assert found == []


def write(tmp_path, text):
    path = tmp_path / "confusions.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_another_file_can_be_given(tmp_path):
    path = write(tmp_path, "confusions:\n  甲乙: 甲丙\n  甲乙丁: 甲戊丁\nkeep: [天甲乙]\n")
    assert normalise("甲乙,甲乙丁,天甲乙,冲值", path).text == "甲丙,甲戊丁,天甲乙,冲值"


def test_an_empty_list_changes_nothing(tmp_path):
    assert normalise("冲值", write(tmp_path, "confusions: {}\n")).text == "冲值"


def test_an_entry_can_complete_another(tmp_path):
    path = write(tmp_path, "confusions:\n  帐户: 账户\n  账户东结: 账户冻结\n")
    assert normalise("帐户东结", path).text == "账户冻结"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("冲值: 充值\n", None, "confusions:"),
        ("confusions: [冲值]\n", None, "confusions:"),
        ("confusions:\n  登路: 登录\n  冲值: 充钱进\n", 3, "字数不同"),
        ("confusions:\n  冲值: 充值\n  登路: 登录\n  冲值: 充钱\n", 4, "重复"),
        ("confusions:\n  冲值: 充直\n  充直: 充值\n", 2, "第 3 行"),
        ("confusions:\n  充直: 充值\n  怎冲值: 怎充直\n", 3, "充直"),
        ("confusions:\n  冲值: 冲值\n", 2, "相同"),
        ("confusions:\n  支負: 支付\n", 2, "简体"),
        ("confusions:\n  冲: 充\n", 2, "汉字"),
        ("confusions:\n  冲 值: 充 值\n", 2, "汉字"),
        ("confusions:\n  冲值: 12\n", 2, "汉字"),
        ("confusions:\n  12: 冲值\n", 2, "汉字"),
        ("confusions:\n  冲值:\n", 2, "汉字"),
        ("confusions:\n  冲值: 充值\nkeep: 缓冲值\n", 3, "一串词"),
        ("confusions:\n  冲值: 充值\nkeep: [个人]\n", 3, "不含任何错词"),
        ("confusions:\n  冲值: 充值\nkeep: [冲值]\n", 3, "既要改又要保留"),
        ("confusions:\n  冲值: 充值\nkeep: [缓冲值, 缓冲值]\n", 3, "两次"),
        ("confusions:\n  冲值: 充值\nkeep: [1]\n", 3, "汉字"),
        ("confusions:\n  冲值: [充值\n", 3, "YAML"),
    ],
)
def test_errors_name_file_and_line(tmp_path, text, line, message):
    path = write(tmp_path, text)
    with pytest.raises(DataError) as caught:
        load_confusions(path)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"{path}:{line}:" if line else f"{path}:")
    assert message in str(caught.value)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(DataError, match="读不了文件"):
        load_confusions(tmp_path / "none.yml")
