"""The running product with an official account: the simulated platform on one side, Rasa on the other."""

import asyncio
import base64
import re
import sqlite3
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml

from kefu.settings import ROOT
from sim.wechat import delivery
from sim.wechat.accounts import Account, Follower
from sim.wechat.platform import Platform
from sim.wechat.server import serving
from tests.e2e.conftest import drain, start_product, stop_product, wait_for_addresses
from tests.servers import free_port

pytestmark = pytest.mark.e2e

PATIENT = 120.0  # seconds

KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass
class Talk:
    """A WeChat user of the running product, and the product's addresses."""

    platform: Platform
    rasa: str
    desk: str
    folder: Path
    openid: str

    @property
    def user(self) -> Follower:
        return self.platform.follower("post", self.openid)

    async def say(self, text: str, **more: str) -> str:
        """Write, and wait until something came back; what it was."""
        return await self._send({"MsgType": "text", "Content": text, **more})

    async def event(self, name: str, key: str = "") -> str:
        return await self._send({"MsgType": "event", "Event": name, "EventKey": key})

    async def picture(self) -> str:
        self.platform.media["M1"] = ("image/png", PIXEL)
        return await self._send({"MsgType": "image", "MediaId": "M1", "PicUrl": "http://example.invalid/1"})

    async def heard(self, count: int) -> str:
        """Wait until so much was said in all; the last of it."""
        deadline = asyncio.get_running_loop().time() + PATIENT
        while len(self.user.heard()) < count:
            assert asyncio.get_running_loop().time() < deadline, self.user.shown
            await asyncio.sleep(0.05)
        return self.user.heard()[-1]

    async def _send(self, fields: dict[str, str]) -> str:
        before = len(self.user.heard())
        await delivery.send(self.platform, "post", self.openid, fields)
        return await self.heard(before + 1)

    def choices(self) -> list[str]:
        """What the last message offers: in a numbered list, or, where it was late, to be clicked."""
        last = [one for one in self.user.shown if one.who == "account"][-1]
        return [title for _, title in last.menu] or re.findall(r"^\d (.+)$", last.text, re.MULTILINE)

    def secret(self, name: str) -> str:
        lines = (self.folder / "var" / "secrets.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)[name]

    def conversation(self) -> str:
        """That of the user who wrote last: it is named with the product's secret."""
        return self.stored("SELECT conversation FROM wechat_users ORDER BY seen_at DESC LIMIT 1")

    def stored(self, query: str) -> str:
        """A value of the product's database."""
        connection = sqlite3.connect(f"file:{self.folder / 'var' / 'kefu.db'}?mode=ro", uri=True)
        try:
            return str(connection.execute(query).fetchone()[0])
        finally:
            connection.close()

    async def push(self, conversation: str, text: str, push_id: str, **data: str) -> None:
        """What the desk does when an agent answers a ticket."""
        event = {"event": "bot", "text": text, "data": data, "metadata": {"push_id": push_id, "agent": "小王"}}
        query = {"output_channel": "latest", "execute_side_effects": "true", "token": self.secret("KEFU_RASA_TOKEN")}
        async with httpx.AsyncClient(timeout=PATIENT, trust_env=False) as client:
            address = f"{self.rasa}/conversations/{conversation}/tracker/events"
            answer = await client.post(address, params=query, json=event)
            assert answer.status_code == 200, answer.text


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    rasa_port, api_port = free_port(), free_port()
    rasa = f"http://127.0.0.1:{rasa_port}"
    known = Account("post", "wx-app", "gh_1", "token-1", KEY, "secret-1", f"{rasa}/webhooks/wechat/post")
    content = yaml.safe_load((ROOT / "credentials.yml").read_text(encoding="utf-8"))
    account = {"app_id": "wx-app", "brand": "post", "api_url": f"http://127.0.0.1:{api_port}"}
    content["kefu.channels.wechat.channel.WechatChannel"] = {"accounts": {"post": account}}
    (tmp_path / "credentials.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    secrets = {"TOKEN": "token-1", "SECRET": "secret-1", "AES_KEY": KEY}
    environment = {f"KEFU_WECHAT_POST_{name}": value for name, value in secrets.items()}
    process = start_product(
        tmp_path, KEFU_RASA_PORT=str(rasa_port), KEFU_CREDENTIALS=str(tmp_path / "credentials.yml"), **environment
    )
    try:
        addresses = await asyncio.to_thread(wait_for_addresses, process)
        desk = addresses["工单台"].rstrip("/")
        drain(process)
        platform = Platform([known])
        async with serving(platform, api_port):
            warm = Talk(platform, rasa, desk, tmp_path, "warm-up")
            await warm.say("充值没到账")  # the first action loads the knowledge base: on a busy machine, seconds
            yield Talk(platform, rasa, desk, tmp_path, f"o{uuid.uuid4().hex}")
    finally:
        if process.poll() is None:
            stop_product(process)


async def test_a_wechat_user_is_served_and_bound_to_a_website_customer(talk: Talk) -> None:
    welcome = await talk.event("subscribe")
    assert "欢迎关注" in welcome and "您想办哪件事" in welcome
    assert "退款" in await talk.say("3"), "the numbers of the menu work"
    await talk.say("退款多久到账")
    assert talk.choices()[5:] == ["没解决", "转人工"]
    assert "登记" in await talk.say("6")
    assert "先不登记" in await talk.say("取消")
    assert "单号" in await talk.event("CLICK", "ask:ticket_status")

    # A ticket that the website's customer opened is answered in WeChat.
    async with httpx.AsyncClient(timeout=PATIENT, trust_env=False, base_url=f"{talk.rasa}/webhooks/website") as web:
        session = (await web.post("/session", json={"brand": "post"})).json()
        web.headers["Authorization"] = f"Bearer {session['token']}"

        async def write(text: str) -> str:
            await web.post("/messages", json={"id": uuid.uuid4().hex, "text": text})
            for _ in range(int(PATIENT / 0.1)):
                lines = (await web.get("/history")).json()["lines"]
                if lines[-1]["who"] != "customer":
                    return str(lines[-1]["text"])
                await asyncio.sleep(0.1)
            raise AssertionError("no answer on the website")

        assert "KF" in await write("我的钱被盗刷了")
        code = (await write("绑定微信")).split("绑定码是 ")[1][:8]
        assert "绑定码不对" in await talk.say("绑定 ABCDEFGH")
        assert "绑定好了" in await talk.say(f"绑定 {code}")
        assert "绑定码不对" in await talk.say(f"绑定 {code[::-1]}")
        assert "KF" in await talk.say("查一下我的工单进度")
        count = len(talk.user.heard())
        await talk.push(talk.stored("SELECT customer FROM bindings"), "我是人工客服", "p0")
        assert await talk.heard(count + 1) == "【小王】我是人工客服"
        assert "KF" not in await write("你好")
        await talk.push(talk.conversation(), "回到网页", "p1")
        lines = (await web.get("/history")).json()["lines"]
        assert lines[-1]["text"] == "回到网页", "the way back is the channel used last"
        assert "已经解除绑定" in await talk.say("解绑")
        await write("绑定微信")
        count = len(talk.user.heard())
        assert await delivery.scan(talk.platform, list(talk.platform.codes)[-1], talk.openid)
        assert "回复“确认绑定”" in await talk.heard(count + 1)
        assert "绑定好了" in await talk.say("确认绑定")
        lines = (await web.get("/history")).json()["lines"]
        assert "微信绑定好了" in lines[-1]["text"]

    await talk.picture()
    assert ("/cgi-bin/media/get", 0) in talk.platform.calls
    count = len(talk.user.heard())
    upload = talk.stored("SELECT id FROM uploads WHERE conversation LIKE 'wx-%' ORDER BY at DESC LIMIT 1")
    await talk.push(talk.conversation(), "是这张吗？", "p2", image=f"uploads/{upload}")
    assert await talk.heard(count + 2) == "【小王】是这张吗？"
    [sent] = [one for one in talk.user.shown if one.media and one.who == "account"]
    assert talk.platform.media[sent.media] == ("image/png", PIXEL)


async def test_an_agent_answers_who_has_used_the_website_for_binding_only(talk: Talk) -> None:
    """His tickets are opened for the website's conversation, of which Rasa has no message on record."""
    async with httpx.AsyncClient(timeout=PATIENT, trust_env=False, base_url=f"{talk.rasa}/webhooks/website") as web:
        session = (await web.post("/session", json={"brand": "post"})).json()
        web.headers["Authorization"] = f"Bearer {session['token']}"
        await web.post("/messages", json={"id": uuid.uuid4().hex, "text": "绑定微信"})
        code = ((await web.get("/history")).json()["lines"][-1]["text"]).split("绑定码是 ")[1][:8]
    assert "绑定好了" in await talk.say(f"绑定 {code}")
    receipt = re.findall(r"KF\w{10}", await talk.say("我的钱被盗刷了"))[0]
    count = len(talk.user.heard())
    headers = {"Authorization": f"Bearer {talk.secret('KEFU_DESK_TOKEN')}", "Idempotency-Key": "1"}
    async with httpx.AsyncClient(timeout=PATIENT, trust_env=False, headers=headers) as agent:
        said = {"kind": "reply", "text": "已经替您冻结了"}
        answer = await agent.post(f"{talk.desk}/api/v1/tickets/{receipt}/messages", json=said)
        assert answer.status_code == 201, answer.text
    assert "已经替您冻结了" in await talk.heard(count + 1)
