"""The knowledge base: only what a brand's customers may see, in its newest good version."""

from datetime import date, datetime, timedelta, timezone, tzinfo
from pathlib import Path

import pytest

from kefu.brands import brands
from kefu.knowledge import Band, KnowledgeBase, base
from kefu.text import normalise
from kefu.yaml_file import DataErrors

DAY = date(2026, 11, 23)
POST, MY = brands()["post"], brands()["my"]


def entry(faq_id: str, question: str, answer: str = "{default: 好}", variants: str = "[]", until: str = "") -> str:
    return (
        f"- {{id: {faq_id}, question: {question}, variants: {variants}, answer: {answer}, owner: 甲, "
        f"valid_from: 2026-01-01, valid_to: {until}, source: 甲}}\n"
    )


REFUND = entry("refund.apply", "怎么申请退款")
PASSWORD = entry("forgot_password.reset", "忘记密码怎么办", variants="[密码不记得了]")


class Clock:
    """Stands in for monotonic(), so that no test waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stopped = Clock()
    monkeypatch.setattr(base, "monotonic", stopped)
    return stopped


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    (tmp_path / "a.yml").write_text(REFUND + PASSWORD, encoding="utf-8")
    return tmp_path


def edit(faq: Path, content: str, clock: Clock, name: str = "a.yml") -> None:
    """Save a file and let the second pass after which the next question looks at it."""
    (faq / name).write_text(content, encoding="utf-8")
    clock.now += 1


def best(knowledge: KnowledgeBase, text: str, brand: str = "post", day: date = DAY) -> str | None:
    hits = knowledge.search(text, None, brand, day=day).hits
    return hits[0].entry.id if hits and hits[0].score > 0 else None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("怎么申请退款", "refund.apply"),
        ("忘记密码了", "forgot_password.reset"),
        ("密码不记得了", "forgot_password.reset"),
        ("☂", None),
    ],
)
def test_finds_by_question_and_by_variant(faq: Path, text: str, found: str | None) -> None:
    assert best(KnowledgeBase(faq), text) == found


def test_the_best_of_question_and_variants_counts(faq: Path) -> None:
    result = KnowledgeBase(faq).search("密码不记得了", None, "post", day=DAY)
    assert result.hits[0].score == pytest.approx(1, abs=1e-5)
    assert result.band is Band.ANSWER
    assert len({hit.entry.id for hit in result.hits}) == len(result.hits)


@pytest.mark.parametrize("written", ["登陆不了?", "帐户怎么注销?", "登錄失敗:怎么办!"])
def test_what_a_trainer_wrote_is_found_as_a_customer_sends_it(tmp_path: Path, written: str) -> None:
    content = entry("login_problem.a", f"'{written}'") + entry(
        "login_problem.b", "登录方式怎么改、账户登录失败了、账户注销"
    )
    (tmp_path / "a.yml").write_text(content, encoding="utf-8")
    [hit, *_] = KnowledgeBase(tmp_path).search(normalise(written).text, None, "post", day=DAY).hits
    assert hit.entry.id == "login_problem.a"
    assert hit.score == pytest.approx(1, abs=1e-5)


def test_a_brand_sees_its_own_and_the_common_entries_only(faq: Path) -> None:
    mine = entry("promotion.mine", "优惠券怎么用", answer="{my: 在首页}")
    (faq / "b.yml").write_text(mine, encoding="utf-8")
    knowledge = KnowledgeBase(faq)
    assert best(knowledge, "优惠券怎么用", "my") == "promotion.mine"
    assert best(knowledge, "优惠券怎么用", "post") != "promotion.mine"
    assert (knowledge.answer("promotion.mine", MY, day=DAY), knowledge.answer("promotion.mine", POST, day=DAY)) == (
        "在首页",
        None,
    )
    assert best(knowledge, "怎么申请退款", "my") == best(knowledge, "怎么申请退款", "post") == "refund.apply"


def test_an_expired_entry_is_not_served(faq: Path) -> None:
    (faq / "b.yml").write_text(entry("promotion.may", "五月红包怎么领", until="2026-05-31"), encoding="utf-8")
    knowledge = KnowledgeBase(faq)
    last = date(2026, 5, 31)
    assert best(knowledge, "五月红包怎么领", day=last) == "promotion.may"
    assert best(knowledge, "五月红包怎么领", day=last + timedelta(days=1)) != "promotion.may"
    assert knowledge.answer("promotion.may", POST, day=last) == "好"
    assert knowledge.answer("promotion.may", POST, day=last + timedelta(days=1)) is None


def test_by_default_today_counts(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(entry("promotion.old", "红包怎么领", until="2026-01-02"), encoding="utf-8")
    knowledge = KnowledgeBase(tmp_path)
    assert knowledge.answer("promotion.old", POST) is None
    assert knowledge.search("红包怎么领", None, "post").band is Band.REFUSE


def test_the_day_is_chinas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime(2026, 1, 2, 17, tzinfo=timezone.utc).astimezone(tz)  # the 3rd in China

    monkeypatch.setattr(base, "datetime", Clock)
    (tmp_path / "a.yml").write_text(entry("promotion.old", "红包怎么领", until="2026-01-02"), encoding="utf-8")
    (tmp_path / "b.yml").write_text(
        entry("promotion.new", "新红包怎么领", until="2026-01-03").replace(
            "valid_from: 2026-01-01", "valid_from: 2026-01-03"
        ),
        encoding="utf-8",
    )
    knowledge = KnowledgeBase(tmp_path)
    assert knowledge.answer("promotion.old", POST) is None
    assert knowledge.answer("promotion.new", POST) is not None


def test_an_unknown_id_has_no_answer(faq: Path) -> None:
    assert KnowledgeBase(faq).answer("refund.gone", POST) is None


def test_an_answer_follows_the_channel(faq: Path) -> None:
    (faq / "a.yml").write_text(REFUND.replace("owner", "channels: {wechat: 短}, owner"), encoding="utf-8")
    knowledge = KnowledgeBase(faq)
    assert (knowledge.answer("refund.apply", POST, "wechat"), knowledge.answer("refund.apply", POST)) == ("短", "好")


def test_an_edit_is_served_without_a_restart(faq: Path, clock: Clock) -> None:
    knowledge = KnowledgeBase(faq)
    edit(faq, REFUND.replace("好", "改过") + PASSWORD.replace("不记得", "想不起来"), clock)
    assert knowledge.answer("refund.apply", POST, day=DAY) == "改过"
    assert best(knowledge, "想不起来了") == "forgot_password.reset"


def test_new_and_deleted_files_are_served_without_a_restart(faq: Path, clock: Clock) -> None:
    knowledge = KnowledgeBase(faq)
    edit(faq, entry("fee.all", "手续费多少"), clock, name="b.yml")
    assert best(knowledge, "手续费多少") == "fee.all"
    (faq / "a.yml").unlink()
    clock.now += 1
    assert [entry.id for entry in knowledge.current().entries] == ["fee.all"]


def test_the_files_are_looked_at_once_a_second_at_most(faq: Path, clock: Clock) -> None:
    knowledge = KnowledgeBase(faq)
    (faq / "a.yml").write_text(REFUND.replace("好", "改过"), encoding="utf-8")
    clock.now += 0.9
    assert knowledge.answer("refund.apply", POST, day=DAY) == "好"
    clock.now += 0.2
    assert knowledge.answer("refund.apply", POST, day=DAY) == "改过"


@pytest.mark.parametrize(
    "broken",
    [
        "- id: [\n",
        "",
        REFUND.replace("好", "'{nobody}'"),
        REFUND + REFUND,
        REFUND.replace("2026-01-01", "2026-02-30"),
    ],
)
def test_a_broken_edit_keeps_the_last_good_version(faq: Path, clock: Clock, broken: str) -> None:
    knowledge = KnowledgeBase(faq)
    version = knowledge.current().version
    edit(faq, broken, clock)
    assert best(knowledge, "忘记密码怎么办") == "forgot_password.reset"
    assert knowledge.current().version == version
    assert "a.yml" in str(knowledge.error)
    edit(faq, REFUND.replace("好", "修好了"), clock)
    assert knowledge.answer("refund.apply", POST, day=DAY) == "修好了"
    assert knowledge.error is None


def test_a_broken_edit_is_reported_once(faq: Path, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    knowledge = KnowledgeBase(faq)
    edit(faq, "- id: [\n", clock)
    for _ in range(3):
        knowledge.current()
        clock.now += 1
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "a.yml:2" in caplog.text


def test_an_editors_lock_does_no_harm(faq: Path, clock: Clock) -> None:
    knowledge = KnowledgeBase(faq)
    (faq / ".#a.yml").symlink_to("trainer@desk.4711")
    edit(faq, REFUND.replace("好", "改过"), clock)
    assert knowledge.answer("refund.apply", POST, day=DAY) == "改过"
    assert KnowledgeBase(faq).current().version == knowledge.current().version


def test_a_file_that_is_being_replaced_is_waited_for(faq: Path, clock: Clock) -> None:
    knowledge = KnowledgeBase(faq)
    (faq / "a.yml").unlink()
    (faq / "a.yml").symlink_to(faq / "gone")  # in the listing, and not there when it is looked at
    clock.now += 1
    assert knowledge.answer("refund.apply", POST, day=DAY) == "好"
    assert knowledge.error is None
    (faq / "a.yml").unlink()
    edit(faq, REFUND.replace("好", "改过"), clock)
    assert knowledge.answer("refund.apply", POST, day=DAY) == "改过"


def test_a_start_with_a_broken_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("- id: [\n")
    with pytest.raises(DataErrors, match=r"a\.yml:2"):
        KnowledgeBase(tmp_path)


def test_the_version_changes_with_the_content_and_only_with_it(faq: Path, clock: Clock) -> None:
    knowledge = KnowledgeBase(faq)
    first = knowledge.current().version
    assert first == KnowledgeBase(faq).current().version
    edit(faq, REFUND, clock)
    second = knowledge.current().version
    (faq / "a.yml").rename(faq / "c.yml")
    third = KnowledgeBase(faq).current().version
    assert len({first, second, third}) == 3
    edit(faq, REFUND + PASSWORD, clock)
    (faq / "c.yml").unlink()
    assert KnowledgeBase(faq).current().version == first


def test_a_result_names_the_version_it_comes_from(faq: Path, clock: Clock) -> None:
    knowledge = KnowledgeBase(faq)
    old = knowledge.search("退款", None, "post", day=DAY).version
    assert old == knowledge.current().version
    edit(faq, REFUND, clock)
    assert knowledge.search("退款", None, "post", day=DAY).version not in (old, "")


def test_the_intent_decides_between_similar_entries(faq: Path) -> None:
    (faq / "b.yml").write_text(entry("fee.refund", "申请退款收手续费吗"), encoding="utf-8")
    knowledge = KnowledgeBase(faq)
    for intent, first in (("fee", "fee.refund"), ("refund", "refund.apply")):
        assert knowledge.search("申请退款", intent, "post", day=DAY).hits[0].entry.id == first


def test_the_project_s_own_faq_is_searched_by_default() -> None:
    found = base.search("怎么申请退款", "refund", "my", k=2)
    assert found.hits[0].entry.id == "refund.apply"
    assert len(found.hits) == 2
