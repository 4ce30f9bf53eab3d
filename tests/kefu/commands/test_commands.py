"""The operator's commands at the terminal: what they do, what they print, and what they never take or print."""

import asyncio
import csv
import io
import json
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyotp
import pytest

from kefu.__main__ import main
from kefu.channels.website.session import read_session, visitor_session
from kefu.database import Database, database
from kefu.desk.people.sign_in import SignIn
from kefu.desk.people.tokens import Tokens
from kefu.desk.people.users import Users
from kefu.desk.tickets import NewTicket, TicketService
from kefu.sealing import is_sealed_now, seal, unseal
from kefu.settings import settings
from tests.servers import free_port

PASSWORD = "correct-horse-9"
NEW = NewTicket("post", "rest", "web-1", "refund", "=HYPERLINK(1)", "m1", phone="138****8000")


@pytest.fixture(autouse=True)
def own_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("KEFU_VAR_DIR", str(tmp_path))
    monkeypatch.delenv("KEFU_SECRET", raising=False)
    for name in ("RASA", "ACTIONS", "DESK"):
        monkeypatch.setenv(f"KEFU_{name}_PORT", str(free_port()))
    for read_once in (settings, database):
        read_once.cache_clear()
    yield
    for read_once in (settings, database):
        read_once.cache_clear()


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    def type_in(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return type_in


def ask(question):
    """What a service answers over the command's database."""

    async def run():
        opened = Database(settings().database)
        try:
            return await question(opened)
        finally:
            await opened.close()

    return asyncio.run(run())


def fails(capsys: pytest.CaptureFixture, *arguments: str) -> str:
    assert main(list(arguments)) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("错误：")
    return line


def test_the_first_admin_is_made_with_a_password_from_the_input(typed, capsys: pytest.CaptureFixture) -> None:
    typed(f"{PASSWORD}\n")
    assert main(["user", "add", "li", "--display", "小李", "--role", "admin", "--role", "agent"]) == 0
    assert PASSWORD not in capsys.readouterr().out
    session = ask(lambda db: SignIn(db)("li", PASSWORD, "", "10.0.0.1"))
    assert session.id
    assert main(["user", "list"]) == 0
    assert capsys.readouterr().out == "li\t小李\tadmin、agent\t在用\t无动态码\n"


def test_what_is_wrong_with_a_user_is_one_line(typed, capsys: pytest.CaptureFixture) -> None:
    add = ["user", "add", "li", "--display", "小李", "--role", "agent"]
    typed("short\n")
    assert "10" in fails(capsys, *add)
    typed("")
    fails(capsys, *add)
    for command in ("disable", "enable", "totp"):
        assert "没有用户 wang" in fails(capsys, "user", command, "wang")
    with pytest.raises(SystemExit):
        main([*add, "--password", PASSWORD])
    assert ask(lambda db: Users(db).all()) == []


def test_a_user_is_enrolled_gets_a_new_password_and_leaves(typed, capsys: pytest.CaptureFixture) -> None:
    typed(f"{PASSWORD}\n")
    main(["user", "add", "li", "--display", "小李", "--role", "agent"])
    capsys.readouterr()
    assert main(["user", "totp", "li"]) == 0
    secret = unseal(ask(lambda db: Users(db).get("li")).totp_sealed)
    assert secret in capsys.readouterr().out
    assert ask(lambda db: SignIn(db)("li", PASSWORD, pyotp.TOTP(secret).now(), "10.0.0.1")).id
    assert main(["user", "totp", "li", "--off"]) == 0
    typed("another-horse-8\n")
    assert main(["user", "password", "li"]) == 0
    assert ask(lambda db: SignIn(db)("li", "another-horse-8", "", "10.0.0.1")).id
    assert main(["user", "disable", "li"]) == 0
    assert ask(lambda db: Users(db).get("li")).disabled_at


def test_a_token_is_printed_once(capsys: pytest.CaptureFixture) -> None:
    assert main(["token", "add", "crm", "--scope", "read"]) == 0
    token = capsys.readouterr().out.strip()
    assert ask(lambda db: Tokens(db).find(token)).name == "crm"
    assert main(["token", "revoke", "crm"]) == 0
    assert ask(lambda db: Tokens(db).find(token)) is None
    capsys.readouterr()
    assert main(["token", "list"]) == 0
    assert capsys.readouterr().out == "crm\tread\t作废\n"
    fails(capsys, "token", "add", "crm", "--scope", "read")


def open_ticket() -> str:
    main(["migrate"])
    new = NewTicket(**{**NEW.__dict__, "phone_sealed": seal("13800138000")})
    return ask(lambda db: TicketService(db).open(new)).ticket.id


def test_tickets_are_exported_masked_and_harmless_in_a_spreadsheet(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    number = open_ticket()
    file = tmp_path / "tickets.csv"
    assert main(["export", "--out", str(file)]) == 0
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert (row["单号"], row["经过"], row["手机号"]) == (number, "'=HYPERLINK(1)", "138****8000")
    capsys.readouterr()
    assert main(["export", "--format", "json", "--since", "2020-01-01"]) == 0
    [row] = json.loads(capsys.readouterr().out)
    assert row["经过"] == "=HYPERLINK(1)"
    assert main(["export", "--since", "2999-01-01"]) == 0
    assert capsys.readouterr().out.strip("\ufeff").startswith("单号,品牌") and len(capsys.readouterr().out) == 0


def test_a_person_is_forgotten_by_a_phone_that_is_no_argument(typed, capsys: pytest.CaptureFixture) -> None:
    number = open_ticket()
    typed("+86 138-0013 8000\n")  # as people write it
    assert main(["forget", "--phone"]) == 0
    assert "工单：1\n" in capsys.readouterr().out
    assert ask(lambda db: TicketService(db).get(number)) is None
    assert "没有工单" in fails(capsys, "forget", "--ticket", number)
    for nobody in ("\n", "1380013800\n"):
        typed(nobody)
        assert "11 位" in fails(capsys, "forget", "--phone")
    assert "什么都没有删" in fails(capsys, "forget", "--conversation", "web-nobody")


def test_a_number_that_was_misread_finds_its_ticket(capsys: pytest.CaptureFixture) -> None:
    number = open_ticket()
    assert main(["forget", "--ticket", f" {number[:2].lower()}-{number[2:]}"]) == 0
    assert "工单：1\n" in capsys.readouterr().out


@pytest.mark.parametrize("days", ["29", "99999999"])
def test_an_age_that_makes_no_sense_is_refused(capsys: pytest.CaptureFixture, days: str) -> None:
    assert "30 到" in fails(capsys, "purge", "--days", days)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["user", "add", "bob", "--role", "agent"], "缺少 --display"),
        (["user", "add", "bob", "--display", "鲍勃", "--role", "boss"], "--role 不能是 'boss'，可以是"),
        (["user", "add", "bob", "--display", "鲍勃", "--role", "agent", "--capacity", "99"], "要在 1 到 50 之间"),
        (["user"], "缺少 做什么"),
        (["export", "--since", "abc"], "日期要写成 2026-11-01 这样"),
        (["forget"], "要写其中一个：--conversation --ticket --phone"),
        (["forget", "--ticket"], "--ticket 后面要写一个值"),
        (["purge", "--days", "abc"], "--days 要是整数，不是 'abc'"),
        (["rotate-key", "--grace-days", "99"], "要在 0 到 30 之间"),
        (["token", "list", "x"], "不认识 x"),
        (["foo"], "命令 不能是 'foo'"),
    ],
)
def test_what_was_typed_wrong_is_said_in_chinese(
    capsys: pytest.CaptureFixture, arguments: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def left_of_the_old_key() -> timedelta:
    return settings().old_signed_until - datetime.now(timezone.utc)


def test_after_a_leak_what_the_old_key_signed_ends_at_once(capsys: pytest.CaptureFixture) -> None:
    assert main(["rotate-key", "--grace-days", "0"]) == 0
    assert "马上失效" in capsys.readouterr().out
    assert left_of_the_old_key() <= timedelta()


def test_the_key_is_changed_only_while_nothing_runs(capsys: pytest.CaptureFixture) -> None:
    number = open_ticket()
    before = settings().secret.get_secret_value()
    assert main(["rotate-key"]) == 0
    out = capsys.readouterr().out
    assert "工单的客户：1\n" in out and "打不开的（密钥已丢）：0\n" in out
    assert "没有人会掉线" in out and timedelta(29) < left_of_the_old_key() <= timedelta(30)
    assert settings().secret.get_secret_value() != before
    assert settings().old_secrets.get_secret_value() == before
    assert before not in out and settings().secret.get_secret_value() not in out
    kept = ask(lambda db: TicketService(db).get(number))
    assert is_sealed_now(kept.customer_sealed) and unseal(kept.customer_sealed) == "web-1"
    with socket.socket() as running:
        running.bind(("127.0.0.1", settings().desk_port))
        running.listen()
        assert "端口" in fails(capsys, "rotate-key")


def test_a_change_that_broke_off_is_gone_on_with(
    capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks_off(_: Database) -> dict[str, int]:
        raise RuntimeError("the power is gone")

    number = open_ticket()
    held = visitor_session("post", "web-1").token
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr("kefu.desk.rotate.reseal", breaks_off)
        main(["rotate-key"])
    changed = settings().secret.get_secret_value()
    settings.cache_clear()  # another process
    assert main(["rotate-key"]) == 0
    out = capsys.readouterr().out
    assert "接着重新加密" in out and "工单的客户：1\n" in out
    assert settings().secret.get_secret_value() == changed, "no third key"
    assert is_sealed_now(ask(lambda db: TicketService(db).get(number)).customer_sealed)
    assert read_session(held), "nobody is signed out"
    assert main(["rotate-key"]) == 0
    settings.cache_clear()
    assert settings().secret.get_secret_value() != changed, "the next change is one of its own"


def test_purging_keeps_at_least_a_month(capsys: pytest.CaptureFixture) -> None:
    fails(capsys, "purge", "--days", "29")
    assert main(["purge", "--days", "30"]) == 0
    assert "工单：0\n" in capsys.readouterr().out
