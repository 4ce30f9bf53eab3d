"""One customer on two channels: codes work once, not long, and can't be guessed."""

from datetime import timedelta

import pytest

from kefu.channels import binding as binding_module
from kefu.channels.binding import Bindings, Outcome
from kefu.channels.log import CUSTOMER, Line, MessageLog
from kefu.channels.push import LoggedOutput
from kefu.channels.wake import Wakeups
from kefu.database import Database
from kefu.desk.bound import customer_of

WEB, WX = "web-1", "wx-post-1"


@pytest.fixture
def bindings(database: Database) -> Bindings:
    return Bindings(database)


async def test_a_code_binds_once(bindings: Bindings) -> None:
    code = await bindings.new_code(WEB, "post")
    assert await bindings.redeem(WX, "post", f" {code.text[:4].lower()}-{code.text[4:]}") is Outcome.BOUND
    assert await customer_of(bindings._database, WX) == WEB
    assert await bindings.redeem(WX, "post", code.text) is Outcome.BOUND, "the platform has repeated the message"
    assert await bindings.redeem("wx-post-2", "post", code.text) is Outcome.WRONG
    assert await customer_of(bindings._database, "wx-post-2") == "wx-post-2"


async def test_a_new_code_ends_the_old_one_and_a_new_binding_too(bindings: Bindings) -> None:
    old = await bindings.new_code(WEB, "post")
    new = await bindings.new_code(WEB, "post")
    assert await bindings.redeem(WX, "post", old.text) is Outcome.WRONG
    assert await bindings.redeem(WX, "post", new.text) is Outcome.BOUND
    code = await bindings.new_code(WEB, "post")
    assert await bindings.redeem("wx-post-2", "post", code.text) is Outcome.BOUND
    assert await customer_of(bindings._database, WX) == WX


async def test_another_brand_and_a_late_customer_are_refused(
    bindings: Bindings, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = await bindings.new_code(WEB, "post")
    assert await bindings.redeem("wx-my-1", "my", code.text) is Outcome.WRONG
    monkeypatch.setattr(binding_module, "LIFETIME", timedelta(seconds=-1))
    late = await bindings.new_code(WEB, "post")
    assert await bindings.redeem(WX, "post", late.text) is Outcome.WRONG


async def test_guessing_is_stopped_for_one_and_for_all(bindings: Bindings, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        assert await bindings.redeem(WX, "post", "ABCDEFGH") is Outcome.WRONG
    code = await bindings.new_code(WEB, "post")
    assert await bindings.redeem(WX, "post", code.text) is Outcome.THROTTLED, "even the right one, now"
    monkeypatch.setattr(binding_module, "_MOST_TRIES_OF_ALL", 5)
    assert await bindings.redeem("wx-post-2", "post", code.text) is Outcome.THROTTLED
    monkeypatch.setattr(binding_module, "_PERIOD", timedelta(seconds=-1))
    assert await bindings.redeem(WX, "post", code.text) is Outcome.BOUND, "an hour later"


async def test_a_scan_binds_only_after_a_word(bindings: Bindings) -> None:
    code = await bindings.new_code(WEB, "post")
    assert len(code.scene) <= 64, "what WeChat takes"
    assert await bindings.confirm(WX) is Outcome.WRONG, "nothing was scanned"
    for _ in range(2):
        assert await bindings.scan(WX, "post", code.scene) is Outcome.ASK
    assert await customer_of(bindings._database, WX) == WX, "who scans may not know whose code it is"
    assert await bindings.scan("wx-post-2", "post", code.scene) is Outcome.WRONG, "one person scans it"
    assert await bindings.confirm("wx-post-2") is Outcome.WRONG
    for _ in range(2):
        assert await bindings.confirm(WX) is Outcome.BOUND, "also where the platform repeats the word"
    assert await customer_of(bindings._database, WX) == WEB
    assert await bindings.scan(WX, "post", code.scene) is Outcome.WRONG, "once"
    assert await bindings.redeem("wx-post-2", "post", code.text) is Outcome.WRONG, "the typed code went with it"


async def test_a_scan_of_another_brand_a_late_one_and_a_forged_one_bind_nothing(
    bindings: Bindings, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = await bindings.new_code(WEB, "post")
    assert await bindings.scan("wx-my-1", "my", code.scene) is Outcome.WRONG
    assert await bindings.scan(WX, "post", f"{code.scene[:-1]}x") is Outcome.WRONG
    assert await bindings.redeem(WX, "post", code.scene) is Outcome.WRONG, "a scene is no code"
    assert await bindings.scan(WX, "post", code.scene) is Outcome.ASK
    await bindings.new_code(WEB, "post")
    assert await bindings.confirm(WX) is Outcome.WRONG, "a newer code has ended it"
    monkeypatch.setattr(binding_module, "LIFETIME", timedelta(seconds=-1))
    late = await bindings.new_code(WEB, "post")
    assert await bindings.scan(WX, "post", late.scene) is Outcome.WRONG


async def test_a_word_that_may_mean_something_else_is_repeated_only_for_a_moment(
    bindings: Bindings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bindings.scan(WX, "post", (await bindings.new_code(WEB, "post")).scene)
    for _ in range(2):
        assert await bindings.confirm(WX, is_plain=False) is Outcome.BOUND, "the platform repeats the word"
    monkeypatch.setattr(binding_module, "_REPEATS", timedelta())
    assert await bindings.confirm(WX, is_plain=False) is Outcome.WRONG, "now it is perhaps a bank card"
    assert await bindings.confirm(WX) is Outcome.BOUND


async def test_what_was_scanned_last_is_confirmed(bindings: Bindings) -> None:
    first, second = await bindings.new_code("web-2", "post"), await bindings.new_code(WEB, "post")
    for code in (first, second):
        assert await bindings.scan(WX, "post", code.scene) is Outcome.ASK
    assert await bindings.confirm(WX) is Outcome.BOUND
    assert await customer_of(bindings._database, WX) == WEB
    assert await bindings.unbind(WX) is True
    assert await bindings.confirm(WX) is Outcome.WRONG, "the earlier scan is not kept for later"


async def test_the_same_request_is_the_same_code(bindings: Bindings) -> None:
    codes = {(await bindings.new_code(WEB, "post", request="m1")).text for _ in range(3)}
    assert len(codes) == 1
    others = [(WEB, "m2"), ("web-2", "m1")]
    codes |= {(await bindings.new_code(talk, "post", request=asked)).text for talk, asked in others}
    assert len(codes) == 3


async def test_unbinding_from_either_side(bindings: Bindings) -> None:
    for side in (WX, WEB):
        await bindings.redeem(WX, "post", (await bindings.new_code(WEB, "post")).text)
        assert await bindings.unbind(side) is True
        assert await customer_of(bindings._database, WX) == WX
    assert await bindings.unbind(WX) is False


async def test_the_way_back_is_the_channel_used_last(bindings: Bindings, database: Database) -> None:
    log = MessageLog(database)
    output = LoggedOutput("website", log, Wakeups())

    async def heard(conversation: str) -> list[str]:
        return [line.body["text"] for line in await log.after(conversation, 0) if line.who != CUSTOMER]

    await log.append(WX, [Line(CUSTOMER, {"text": "在微信"}, "m1")])
    await log.append(WEB, [Line(CUSTOMER, {"text": "在网页"}, "m1")])
    await output.push(WX, {"text": "还没绑定", "push_id": "p0"})
    assert (await heard(WX), await heard(WEB)) == (["还没绑定"], [])
    await bindings.redeem(WX, "post", (await bindings.new_code(WEB, "post")).text)
    await output.push(WX, {"text": "一", "push_id": "p1"})
    await log.append(WX, [Line(CUSTOMER, {"text": "又在微信"}, "m2")])
    await output.push(WX, {"text": "一", "push_id": "p1"})
    await output.push(WEB, {"text": "二", "push_id": "p2"})
    assert (await heard(WX), await heard(WEB)) == (["还没绑定", "二"], ["一"]), "a repeated push stays where it was"
