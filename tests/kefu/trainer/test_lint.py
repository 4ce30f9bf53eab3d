"""`make check` for trainers: everything that is wrong, with file and line."""

from pathlib import Path

import pytest

from kefu.settings import Settings
from kefu.trainer import lint
from kefu.trainer.lint import errors, report

NARROW = str.maketrans("，：；（）", ",:;()")  # which of the two widths a message has does not matter here
DOMAIN = (
    "intents:\n  - refund\n  - fee\n  - greet: {use_entities: []}\n"
    "slots:\n  faq_id: {type: text}\nactions:\n  - action_answer\nforms:\n  ticket_form: {}\n"
    "responses:\n  utter_greet:\n    - text: 您好\n"
)
BRAND = "  name: 甲\n  hotline: '1'\n  email: a@b\n  hours: 全天\n  app: 甲\n"
NLU = 'version: "3.1"\nnlu:\n  - intent: refund\n    examples: |\n      - 怎么退款\n      - 我要退款\n'
FEE = "nlu:\n- intent: fee\n  examples: |\n    - 收费吗\n"
FAQ = (
    "# 退款\n- id: refund.apply\n  question: 怎么退款?\n  answer: {default: 好}\n"
    "  owner: 甲\n  valid_from: 2026-01-01\n  source: 甲\n"
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A small project without mistakes; returns its data folder."""
    for name, content in {
        "domain.yml": DOMAIN,
        "data/brands.yml": f"post:\n{BRAND}my:\n{BRAND}",
        "data/nlu/refund.yml": NLU,
        "data/nlu/fee.yml": FEE,
        "data/faq/refund.yml": FAQ,
        "data/rules/funds.yml": "rules: []\n",
        "data/stories/s.yml": "stories: []\n",
        "data/lexicon/words.txt": "退款\n",
        "data/lexicon/entities.yml": "bank:\n  工商银行: [工行]\n",
        "data/lexicon/confusions.yml": "confusions:\n  冲值: 充值\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path / "data"


def found(data: Path) -> list[str]:
    """Each error as `file:line: text`, the file as seen from the project."""
    return [str(error).removeprefix(f"{data.parent}/").translate(NARROW) for error in errors(data)]


def write(data: Path, name: str, content: str) -> None:
    (data.parent / name).write_text(content, encoding="utf-8")


def test_a_project_without_mistakes_has_no_errors(data: Path) -> None:
    assert found(data) == []


def test_this_project_has_no_errors() -> None:
    assert errors() == []


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "data/nlu/a.yml",
            NLU.replace("refund", "refnd").replace("款", "货"),
            ["data/nlu/a.yml:5: domain.yml 里没有意图 refnd", "data/nlu/a.yml:6: domain.yml 里没有意图 refnd"],
        ),
        (
            "data/nlu/z.yml",
            NLU.replace("intent: refund", "intent: fee").replace("怎么退款", "多少钱"),
            ["data/nlu/z.yml:6: “我要退款”在这里是 fee,在 refund.yml:6 是 refund,留下一处"],
        ),
        (
            "data/nlu/z.yml",
            NLU.replace("intent: refund", "intent: fee").replace("怎么退款", "多少钱").replace("我要", "我 要"),
            ["data/nlu/z.yml:6: “我 要退款”在这里是 fee,在 refund.yml:6 是 refund,留下一处"],
        ),
        (
            "data/nlu/z.yml",
            NLU.replace("intent: refund", "intent: fee").replace("怎么", "怎麼").replace("我要", "你要"),
            ["data/nlu/z.yml:5: “怎麼退款”在这里是 fee,在 refund.yml:5 是 refund,留下一处"],
        ),
        (
            "data/nlu/refund.yml",
            NLU + "      - 怎么退款\n",
            ["data/nlu/refund.yml:7: “怎么退款”在 refund.yml:5 已经有了"],
        ),
        ("data/nlu/a.yml", "nlu: [\n", ["data/nlu/a.yml:2: YAML 格式不对"]),
        ("data/rules/funds.yml", "rules: []\nrules: []\n", ["data/rules/funds.yml:2: YAML 格式不对:重复的键“rules”"]),
        ("data/stories/s.yml", "stories:\n\t- a\n", ["data/stories/s.yml:2: YAML 格式不对"]),
        ("data/lexicon/entities.yml", "bank: [\n", ["data/lexicon/entities.yml:2: YAML 格式不对"]),
        (
            "data/brands.yml",
            f"post:\n{BRAND}my:\n{BRAND.replace('hotline', 'hotlin')}",
            [":7: 品牌 my 的 hotline", ":9: 品牌 my 的 hotlin"],
        ),
        ("data/faq/a.yml", "- id: [\n", ["data/faq/a.yml:2: YAML 格式不对"]),
        ("data/faq/refund.yml", FAQ.replace("owner", "onwer"), [":2: owner:缺少", ":5: onwer:没有这个字段"]),
        ("domain.yml", "slots: {}\n", ["domain.yml:1: 缺少 intents 列表"]),
        ("domain.yml", "intents: [\n", ["domain.yml:2: YAML 格式不对"]),
        (
            "data/faq/refund.yml",
            FAQ.replace("refund.apply", "refnd.apply"),
            ["data/faq/refund.yml:2: refnd.apply:domain.yml 里没有意图 refnd"],
        ),
        ("data/faq/refund.yml", FAQ.replace("2026-01-01", "2026-02-30"), ["data/faq/refund.yml:6: "]),
        ("data/lexicon/entities.yml", "bank:\n  工商银行: 工行\n", ["data/lexicon/entities.yml:2: bank 的 工商银行"]),
        ("data/lexicon/words.txt", "退款\n退款\n", ["data/lexicon/words.txt:2: “退款”在第 1 行已经有了"]),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(data: Path, name: str, content: str, expected: list[str]) -> None:
    write(data, name, content)
    for line, wanted in zip(found(data), expected, strict=True):
        assert wanted in line


@pytest.mark.parametrize(
    "content",
    [
        NLU.replace("intent: refund", "intent: refund  # 退款"),
        NLU.replace("intent: refund", 'intent: "refund"'),
        NLU + "  - synonym: 退款\n    examples: |\n      - 怎么退款\n",
        NLU + "  - lookup: 词\n    examples: |\n      - 我要退款\n",
    ],
)
def test_what_rasa_reads_rightly_is_no_mistake(data: Path, content: str) -> None:
    write(data, "data/nlu/refund.yml", content)
    assert found(data) == []


@pytest.mark.parametrize("indent", [" ", "  ", "      "])
def test_examples_are_checked_however_far_they_are_indented(data: Path, indent: str) -> None:
    examples = f"nlu:\n- intent: fee\n  examples: |\n  {indent}- 怎么退款\n"
    write(data, "data/nlu/z.yml", examples)
    assert found(data) == ["data/nlu/z.yml:4: “怎么退款”在这里是 fee,在 refund.yml:5 是 refund,留下一处"]


def test_a_file_that_is_not_utf8_is_an_error_not_a_crash(data: Path) -> None:
    (data / "nlu/refund.yml").write_bytes(NLU.encode("gbk"))
    [line] = found(data)
    assert line.startswith("data/nlu/refund.yml: 不是 UTF-8 编码")


def test_everything_is_reported_at_once(data: Path) -> None:
    write(data, "data/nlu/a.yml", NLU.replace("refund", "refnd").replace("款", "货"))
    write(data, "data/rules/funds.yml", "rules: [\n")
    write(data, "data/faq/refund.yml", FAQ.replace("{default: 好}", "{default: '{nobody}'}"))
    write(data, "data/brands.yml", f"my:\n{BRAND}")
    places = {line.split(": ")[0] for line in found(data)}
    assert places == {
        *("data/nlu/a.yml:5", "data/nlu/a.yml:6", "data/rules/funds.yml:2"),
        *("data/faq/refund.yml:4", "data/brands.yml:1"),
    }


def test_the_report_is_for_people_and_for_scripts(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(lint, "settings", lambda: Settings(data_dir=data))
    assert report(errors()) == 0
    assert capsys.readouterr() == ("训练师的文件没有错误\n", "")
    write(data, "data/nlu/a.yml", "nlu: [\n")
    assert report(errors(), ["看一眼"]) == 1
    shown = capsys.readouterr()
    assert shown.out == "提醒：看一眼\n1 个错误\n"
    assert shown.err.startswith(f"{data}/nlu/a.yml:2: YAML 格式不对")


def test_every_matter_has_its_name_and_no_name_is_left_over(data: Path) -> None:
    write(data, "data/topics.yml", "refund: {title: 退款}\nwithdraw: {title: 提现}\n")
    assert found(data) == [
        "domain.yml:3: data/topics.yml 里缺少意图 fee 的中文名,加一行“fee: {title: 中文名}”",
        "data/topics.yml:2: domain.yml 里没有意图 withdraw",
    ]
    write(data, "data/topics.yml", "refund: {title: 退款}\nfee: {titel: 手续费}\n")
    assert found(data) == [
        "data/topics.yml:2: fee 的 title:缺少这个字段",
        "data/topics.yml:2: fee 的 titel:没有这个字段,检查拼写",
    ]
    write(data, "data/topics.yml", "refund: {title: 退款}\nfee: {title: 退款}\n")
    assert found(data) == ["data/topics.yml:2: fee 和 refund 的 title 都是“退款”,客户分不清"]
    write(data, "data/topics.yml", "refund: {title: 退款}\nfee：{title: 手续费}\n")
    assert found(data) == ["data/topics.yml:2: YAML 格式不对:“fee:”的冒号是全角的,请用英文冒号加一个空格"]


def test_a_broken_file_neither_hides_the_others_nor_adds_to_them(data: Path) -> None:
    write(data, "data/faq/other.yml", FAQ.replace("refund.apply", "refund.other").replace("怎么退款", "什么时候退"))
    write(data, "data/faq/refund.yml", FAQ.replace("owner", "related: [refund.other]\n  owner"))
    write(data, "data/faq/other.yml", "- id: refund.other\n  question 怎么退\n")
    write(data, "data/nlu/fee.yml", "nlu: [\n")
    write(data, "data/lexicon/confusions.yml", "confusions:\n  冲值: 充\n")
    assert [line.split(": ")[0] for line in found(data)] == [
        *("data/faq/other.yml:2", "data/lexicon/confusions.yml:2", "data/nlu/fee.yml:2"),
    ]


@pytest.mark.parametrize("name", ["faq/more.yaml", "faq/more/x.yml", "nlu/more.yaml", "rules/more/x.yml"])
def test_a_file_that_would_be_overlooked_is_a_mistake(data: Path, name: str) -> None:
    (data / name).parent.mkdir(exist_ok=True)
    write(data, f"data/{name}", "[]\n")
    assert [line.split(": ")[0] for line in found(data)] == [f"data/{name}"]


GUIDE = "- intent: refund\n  ask: 哪种?\n  options:\n    - {title: 申请, faq: refund.apply}\n"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("guides/a.yml", GUIDE.replace("apply", "nix"), "guides/a.yml:4: data/faq 里没有 refund.nix"),
        ("guides/a.yml", GUIDE.replace(" refund\n", " nix\n"), "guides/a.yml:1: intent:domain.yml 里没有意图 nix"),
        ("guides/a.yml", GUIDE + "  slot: nix\n", "guides/a.yml:5: slot:domain.yml 里没有槽位 nix"),
        ("guides/a.yml", GUIDE.replace("ask:", "aks:"), "guides/a.yml:1: ask:缺少这个字段"),
        ("guides/a.yml", GUIDE.replace("申请,", "申请, said: ['(a'],"), "正则“(a”不对:少了一个右括号(第 1 个字)"),
        ("guides/a.yml", GUIDE.replace("申请", "申" * 13), "guides/a.yml:4: options 第 1 项的 title:最多 12 个字"),
        ("menu.yml", "main:\n  text: 选\n  options:\n    - {title: 退, ask: nix}\n", "menu.yml:4: 菜单 main 的“退”"),
        (
            "faq/b.yml",
            FAQ.replace("refund.apply", "refund.b"),
            "faq/refund.yml:2: refund.apply:“怎么退款?”在 refund.b 里",
        ),
        ("faq/refund.yml", FAQ.replace("  owner", "  channels: {wechats: 短}\n  owner"), "channels 没有渠道 wechats"),
        ("faq/refund.yml", FAQ.replace("default:", "my:"), "refund 的答案只给了品牌 my"),
        ("faq/refund.yml", FAQ.replace("{default: 好}", '{default: “好"}'), "引号一头是中文的"),
        ("faq/refund.yml", FAQ.replace("{default: 好}", "{mi: 好}"), "faq/refund.yml:4: answer:没有品牌 mi"),
        ("lexicon/confusions.yml", "confusions:\n  冲值: 充值\n提線: 提现\n", "lexicon/confusions.yml:3: “提線”要缩进"),
    ],
)
def test_what_the_dialogue_would_stumble_over_is_found(data: Path, name: str, content: str, expected: str) -> None:
    (data / name).parent.mkdir(exist_ok=True)
    write(data, f"data/{name}", content)
    assert any(expected in line for line in found(data)), found(data)


def test_a_matter_that_is_to_be_answered_needs_an_answer(data: Path) -> None:
    rule = "rules:\n- rule: 问手续费\n  steps:\n  - intent: fee\n  - action: action_answer\n"
    write(data, "data/rules/funds.yml", rule)
    assert found(data) == ["data/rules/funds.yml:2: 规则“问手续费”要查知识作答,data/faq 里却没有 fee.… 的条目"]


def test_what_only_wants_a_look_is_no_error(data: Path) -> None:
    write(data, "data/faq/refund.yml", FAQ + "  valid_to: 2026-01-02\n")
    assert found(data) == []
    assert [line.removeprefix(f"{data}/") for line in lint.reminders(data)] == [
        "意图 fee 只有 1 句例句，少于 30 句常常认不准",
        "意图 refund 只有 2 句例句，少于 30 句常常认不准",
        "faq/refund.yml:2: refund.apply 在 2026-01-02 已经过期，客户看不到了",
    ]
