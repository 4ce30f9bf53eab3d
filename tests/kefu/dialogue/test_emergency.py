"""The emergency lane: hears what has happened, and leaves alone what is only asked about."""

import time
from pathlib import Path

import pytest

from kefu.dialogue.emergency import Kind, emergencies, find_emergency, load_emergencies
from kefu.text import normalise
from kefu.yaml_file import DataError


def kind_of(text: str) -> str | None:
    """The kind in what a customer types, which the door normalises first."""
    found = find_emergency(normalise(text).text)
    return found.name if found else None


SAID = {
    "theft": [
        "我的钱被盗刷了",
        "刚收到短信说扣了2000,不是我操作的",
        "我没买过东西怎么扣了我三百",
        "钱包里的钱被人转走了",
        "半夜扣了我800,我没有消费过,怎么会扣钱",
        "卡里的钱让人盗刷了",
        "我账户里的钱被偷了",
        "这笔钱不是本人付的",
        "有人盗了我的钱！！！！",
        "被盗刷了5笔，帮我冻结",
        "錢被盜刷了",
        "没付过款却扣了99",
        "你好我昨天睡觉前还看了余额有五千多,今天早上买菜说余额不足,一查少了四千八,根本不是我刷的",
        "姑娘啊我是个退休的老太太,不大会用手机,早上一看卡里的钱被人家划走了三千多,急死我了",
    ],
    "scam": [
        "我被骗了",
        "我妈被人骗了五万",
        "被骗了怎么追回来",
        "遇到诈骗转了两万",
        "骗子把我的钱骗走了",
        "我被诈骗了",
        "刷单被骗了9600",
        "我爸在网上叫人骗去买了保健品,付了八千",
        "孩子被骗子骗了3000块",
        "朋友让人骗走了钱",
        "网上买东西付了钱对方把我拉黑了,我被他骗了",
        "骗走我1万块",
        "我今年七十三了,有人打电话说是公安局的,让我把钱转到安全账户,我就转了,现在才晓得被骗了,怎么办啊",
    ],
    "wrong_transfer": [
        "转错人了",
        "我转错账了",
        "转错账能撤回吗?",
        "又转错了一次",
        "刚才手滑转错了",
        "转错了两笔",
        "转错了怎么办",
        "钱转错了",
        "刚转错了",
        "刚才转错人了",
        "刚才是不是转错了",
        "才发现转错了",
        "不小心转错了,好怕追不回来",
        "我刚转错了钱怎么才能追回来",
        "没看清转错人了",
        "刚才转账转错人了,两千块,能追回来吗",
        "打错账户了怎么办",
        "输错一个数字钱转给别人了",
        "账号填错了钱已经转出去了",
        "不好意思我眼睛花看不清,把给孙子的压岁钱转错号了",
        "500块转给错的人了",
        "转错了账户",
        "轉帳轉錯帳戶了",
        *(
            "转账转多了,本来转100转了1000",
            "转错仁了",
            "钱打给别人了",
            "不是我要转的那个人",
            "手滑转给陌生人五百",
            "转重了",
        ),
    ],
    "account_taken": [
        "我的账号被盗了",
        "账号被人登录了",
        "异地登录提醒,不是我登的",
        "密码被人改了",
        "账户异常",
        "收到短信说在陌生设备登录,那不是我",
        "不是我登录的",
        "我的钱包被人用了",
        "账号显示异常",
        "密码被改了登不上去",
        "有陌生地方登录我账号,我没登过",
        "人家打电话说我在云南登录,我人在家里头,我的号被盗啦,小伙子快帮我看看",
        "账户被别人登录了",
    ],
    "phone_lost": [
        "手机丢了",
        "手机被偷了",
        "我手机在公交车上被偷了",
        "丢了手机怎么办",
        "挂失",
        "手机不见了,钱包怎么办",
        "手机弄丢了要冻结钱包",
        "闺女,我早上去菜市场,手机叫人摸走了,里面绑着养老金的卡",
        "手机被抢了",
        "手机丢失怎么冻结账户",
        "掉了手机",
        "昨天喝醉了手机丢在出租车上",
        "手机找不到了",
    ],
    "code_given": [
        "我把验证码告诉别人了",
        "验证码发给骗子了",
        "支付密码告诉别人了,现在咋补救",
        "刚把验正码念给一个自称客服的人了",
        "把密码给了他",
        "我把短信码报给对方了",
        "告诉了对方验证码",
        "有人冒充你们客服,我给了他验证码,会有事吗",
        "我是个老人不懂这些,刚才有人打电话说要退钱给我,叫我念那六个数字,我就把验证码念给他了",
        "把动态码发给客服了",
        "不小心把密码透露给陌生人",
        "我不该把验证码给别人的",
        "我没注意把验证码给他了",
    ],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_hears_an_emergency(kind: str, text: str) -> None:
    assert kind_of(text) == kind


def test_every_kind_has_sayings_here() -> None:
    assert {kind.name for kind in emergencies()} == set(SAID)
    assert all(len(texts) >= 12 for texts in SAID.values())


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("theft", "我平时不怎么用这个钱包,今天一看被盗刷了两千"),
        ("theft", "钱被盗刷了,怕他继续刷,快帮我冻结"),
        ("theft", "钱被人转走了,你们不是有账户保险吗"),
        ("phone_lost", "手机丢了,怕被人盗用"),
        ("phone_lost", "手机被偷了,电话号码已经挂失了"),
        ("code_given", "验证码告诉骗子了怎么办"),
        ("code_given", "我把密码告诉别人了,怎么改"),
        ("account_taken", "我的账号被盗了,邮箱也被他改了"),
        ("account_taken", "密码被改了,绑定的邮箱也不对,不是对方改的还有谁"),
        ("scam", "我被骗了,如果现在报警还能追回来吗"),
    ],
)
def test_a_word_in_passing_does_not_talk_an_emergency_away(kind: str, text: str) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "你好",
        # how to be safe
        "怎么防止被盗刷",
        "怎么预防被骗",
        "怎么避免转错人",
        "钱包会不会被盗刷",
        "你们怎么保护我的钱不被盗",
        "怎么知道账号是不是被盗了",
        "怎么查异地登录记录",
        "验证码能不能告诉客服",
        "密码可以告诉客服吗",
        "不要把验证码告诉别人对吗",
        "客服为什么要我的验证码",
        "有人打电话说是你们客服,是真的吗",
        "诈骗电话怎么举报",
        "这个活动是不是骗人的",
        # what has not happened
        "万一手机丢了怎么办",
        "如果转错账了能退吗",
        "如果密码被人改了怎么办",
        *("怎么样才不会转错", "怎样才能不转错", "刚差点转错", "刚才差一点就转错了", "我刚才没转错", "手抖怕转错"),
        *("刚才没有转错人吧", "又怕转错账", "500块差点转错人", "转账怎么才能避免转错人"),
        *("我怕被盗刷", "什么情况算盗刷", "你们平台一般怎么处理盗刷,一般会赔吗", "转错账的钱退回来了吗"),
        *("要是手机被偷了怎么办啊", "听朋友说有人账号被盗了,我要注意什么", "转错了能不能改收款人,还没点确认"),
        *("刚才转错页面了", "又转错语言了", "刚转错界面了", "不小心转错人工了"),
        # other losses
        "手机号码丢了怎么换",
        "身份证丢了还能实名吗",
        "银行卡丢了怎么换绑",
        "快递丢了能退款吗",
        "我的微信号被盗了还能登钱包吗",
        "手机没电了",
        "手机换了怎么登录",
        "银行卡挂失后怎么换",
        # daily business
        "密码忘了怎么改",
        "登录密码给忘了",
        "密码输错几次被锁",
        "账号被锁了",
        "账户异常是什么原因",
        "账户被冻结怎么办",
        "我的号被限制了",
        "验证码一直不发给我",
        "提现的钱被银行退回",
        "钱转走了多久到账",
        "我转给别人的钱被退回",
        "话费充错号码了",
        "同一笔扣了两次",
        "我没付过款怎么开发票",
        "你们是骗子公司",
        "转账给别人收手续费吗",
        "手机号丢了怎么换",
        "手机上的付款码不见了",
        "收到的货不是我买的那个,怎么退款",
        "没操作过,怎么付款呀,教教我",
        "我怕被骗,这个钱包正规吗",
        "验证码发给了一个我不用的号码",
        "我没被盗刷,就是想问盗刷了怎么赔",
        *("我没给别人验证码", "我没有把验证码告诉别人", "验证码我没告诉他"),
    ],
)
def test_leaves_alone_what_is_no_emergency(text: str) -> None:
    assert kind_of(text) is None


@pytest.mark.parametrize(
    "unit",
    [
        *("我", "钱", "被", "我被", "钱被", "没买过", "骗子", "骗走", "转错", "手机", "丢", "密码", "密码给", "告诉"),
        *("账号", "账号被人", "异地登录", "遇到骗子", "元转", "1", " ", "a", "怎么", "号输错"),
    ],
)
def test_a_very_long_text_is_no_burden(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    emergencies()
    start = time.thread_time()
    find_emergency(text)
    assert time.thread_time() - start < 20  # minutes if it were quadratic


# --- loading

GOOD = """\
# 紧急
theft:
  title: 盗刷
  said: ['被盗刷', '不是我(付|买)的']
  unless: ['怎么防']
lost:
  title: 丢了
  said: [手机丢]
  unless: []
"""


def load(folder: Path, content: str) -> tuple[Kind, ...]:
    path = folder / "emergency.yml"
    path.write_text(content, encoding="utf-8")
    return load_emergencies(path)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("钱被盗刷了", "theft"),
        ("这不是我买的", "theft"),
        ("怎么防被盗刷", None),
        ("手机丢了还被盗刷", "theft"),
        ("怎么防被盗刷,手机丢了", "lost"),
        ("手机", None),
    ],
)
def test_the_first_kind_that_is_said_and_not_excepted(tmp_path: Path, text: str, kind: str | None) -> None:
    found = find_emergency(text, load(tmp_path, GOOD))
    assert (found and found.name) == kind


def test_a_list_of_words_is_named_where_several_sayings_share_it(tmp_path: Path) -> None:
    content = GOOD.replace("[手机丢]", "['{家人}的手机丢{1,2}']")
    kinds = load(tmp_path, f"words:\n  家人: '爸爸?|妈妈?'\n{content}")
    assert [find_emergency(text, kinds) is not None for text in ("我爸的手机丢丢", "他的手机丢丢")] == [True, False]
    assert "words" not in [kind.name for kind in kinds]


def test_without_kinds_nothing_is_an_emergency() -> None:
    assert find_emergency("钱被盗刷了", ()) is None


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("  title: 丢了\n", "", 6, "lost 下面应有且只有"),
        ("  unless: []\n", "", 6, "lost 下面应有且只有"),
        ("  title: 丢了\n", "  title: 丢了\n  also: 1\n", 6, "lost 下面应有且只有"),
        ("lost:\n", "lost: 丢\nother:\n", 6, "lost 下面应有且只有"),
        ("lost:\n", "lost:\nother:\n", 6, "lost 下面应有且只有"),
        ("[手机丢]", "['手机(丢']", 6, "lost 的正则不对"),
        ("['怎么防']", "['*']", 2, "theft 的正则不对"),
        ("lost:", "theft:", 6, "重复的键“theft”"),
        ("[手机丢]", "[手机丢", 9, "YAML 格式不对"),
        ("[手机丢]", "手机丢", 6, "lost"),
        ("  unless: []", "  unless:", 6, "lost"),
        ("[手机丢]", "[手机丢, '']", 6, "lost"),
        ("[手机丢]", "['{家人}的手机丢{0,2}']", 6, "{家人} 不在 words 里"),
        ("lost:", "words: [家人]\nlost:", 6, "words 下面应是"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(
    tmp_path: Path, right: str, wrong: str, line: int, message: str
) -> None:
    assert right in GOOD
    with pytest.raises(DataError) as caught:
        load(tmp_path, GOOD.replace(right, wrong))
    found = str(caught.value).removeprefix(f"{tmp_path}/")
    assert found.startswith(f"emergency.yml:{line}: ")
    assert message in found


@pytest.mark.parametrize("content", ["", "- 盗刷\n", "盗刷\n"])
def test_a_file_must_name_kinds(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match=r"emergency\.yml:1: 应是"):
        load(tmp_path, content)
