"""Callbacks: signed, encrypted, given five seconds, and tried again with the same MsgId."""

import asyncio
import secrets
import time
from collections.abc import Coroutine
from typing import Any

import httpx

from sim.wechat import crypto, xml
from sim.wechat.accounts import Account, Follower, Shown
from sim.wechat.platform import Platform

OUT_OF_SERVICE = "该公众号提供的服务出现故障，请稍后再试"
_NAMES = {
    **{"voice": "语音", "image": "图片", "location": "位置", "link": "链接"},
    **{"subscribe": "关注", "unsubscribe": "取消关注", "SCAN": "扫码", "CLICK": "菜单"},
}


async def say(platform: Platform, account: str, openid: str, text: str, **more: str) -> str:
    """A follower writes; ends when the platform is done with the callback. Returns the MsgId."""
    return await send(platform, account, openid, {"MsgType": "text", "Content": text, **more})


async def event(platform: Platform, account: str, openid: str, name: str, key: str = "", **more: str) -> str:
    """An event of a follower; `name` as in the Event field."""
    follower = platform.follower(account, openid)
    if name in ("subscribe", "unsubscribe"):
        follower.subscribed = name == "subscribe"
    fields = {"MsgType": "event", "Event": name, **({"EventKey": key} if key else {}), **more}
    return await send(platform, account, openid, fields)


async def scan(platform: Platform, address: str, openid: str) -> bool:
    """A user scans a QR code: who does not follow the account does so now. False for a code that is too old."""
    code = platform.codes.get(address)
    if code is None or code.until < platform.now():
        return False
    if platform.follower(code.account, openid).subscribed:
        await event(platform, code.account, openid, "SCAN", code.scene, Ticket=address.rsplit("/", 1)[1])
    else:
        await event(platform, code.account, openid, "subscribe", f"qrscene_{code.scene}")
    return True


async def send(platform: Platform, account: str, openid: str, fields: dict[str, str], **fixed: str) -> str:
    """Any callback; `fixed` overrides MsgId or CreateTime, for repeats and disorder."""
    known, follower = platform.accounts[account], platform.follower(account, openid)
    is_event = fields["MsgType"] == "event"
    follower.quota.grant(fields["Event"] if is_event else "message", platform.now())
    if not fixed:
        media = fields["MediaId"] if fields["MsgType"] == "image" else ""
        follower.shown.append(Shown("user", _label(fields), fields["MsgType"], media=media, at=platform.now()))
    number = fixed.get("MsgId") or str(next(platform.numbers))
    body = {
        "ToUserName": known.original_id,
        "FromUserName": openid,
        "CreateTime": fixed.get("CreateTime") or str(int(time.time())),
        **fields,
        **({} if is_event else {"MsgId": number}),
    }
    if platform.faults.take("duplicate"):
        await asyncio.gather(*(_deliver(platform, known, follower, body, number) for _ in range(2)))
    else:
        await _deliver(platform, known, follower, body, number)
    return number


def _label(fields: dict[str, str]) -> str:
    """What the page shows for an action."""
    kind = fields["MsgType"]
    if kind == "text":
        return fields.get("Content", "")
    name = _NAMES.get(fields.get("Event", kind), fields.get("Event", kind))
    return f"[{name}] {fields.get('Recognition') or fields.get('Label') or fields.get('EventKey', '')}".strip()


def later(platform: Platform, work: Coroutine[Any, Any, Any]) -> None:
    """`send` or `scan` in the background, as a phone does."""
    task: asyncio.Task[Any] = asyncio.create_task(work)
    platform.running.add(task)
    task.add_done_callback(platform.running.discard)


async def _deliver(platform: Platform, account: Account, follower: Follower, body: dict[str, str], key: str) -> None:
    for _ in range(platform.tries):
        answer = await _post(platform, account, body, key)
        if answer is None or platform.faults.take("lose_answers"):
            continue
        _show(platform, account, follower, answer)
        return
    follower.shown.append(Shown("system", OUT_OF_SERVICE, at=platform.now()))


async def _post(platform: Platform, account: Account, body: dict[str, str], key: str) -> str | None:
    """The answer's body; None where there was none in time, or not a good one."""
    params, content = request(account, body)
    try:
        answer = await asyncio.wait_for(
            platform.client.post(_address(account), params=params, content=content.encode()), platform.timeout
        )
    except (httpx.HTTPError, asyncio.TimeoutError) as error:
        platform.callbacks.append((key, 0))
        if isinstance(error, httpx.ConnectError):
            await asyncio.sleep(min(1.0, platform.timeout))  # nobody there: a little patience between the tries
        return None
    platform.callbacks.append((key, answer.status_code))
    return answer.text if answer.status_code == 200 else None


def _address(account: Account) -> str:
    """Where the next callback goes."""
    if not account.replicas:
        return account.callback
    account.replicas.append(account.replicas.pop(0))
    return account.replicas[-1]


def request(account: Account, body: dict[str, str]) -> tuple[dict[str, str], str]:
    """Query and body of a callback in the account's mode, freshly signed."""
    stamp, nonce = str(int(time.time())), secrets.token_hex(6)
    params = {"signature": crypto.sign(account.token, stamp, nonce), "timestamp": stamp, "nonce": nonce}
    params["openid"] = body["FromUserName"]
    plain = xml.callback(body)
    if account.mode == "plain":
        return params, plain
    secret = crypto.encrypt(account.aes_key, account.app_id, plain)
    params["encrypt_type"] = "aes"
    params["msg_signature"] = crypto.sign(account.token, stamp, nonce, secret)
    fields = {"ToUserName": account.original_id, "Encrypt": secret}
    return params, xml.callback({**body, **fields} if account.mode == "compatible" else fields)


def _show(platform: Platform, account: Account, follower: Follower, answer: str) -> None:
    """Show a passive answer; one that is malformed is what users know as 'out of service'."""
    if answer in ("", "success"):
        return
    try:
        fields = _opened(account, xml.read(answer))
        if fields["ToUserName"] != follower.openid or fields["FromUserName"] != account.original_id:
            raise ValueError("addressed to somebody else")
        kind = fields["MsgType"]
        text = fields["Content"] if kind == "text" else f"[转接微信客服 {fields.get('TransInfo.KfAccount', '')}]"
        if kind not in ("text", "transfer_customer_service") or len(text.encode()) > 2048:
            raise ValueError("not a message")
    except (ValueError, KeyError):
        follower.shown.append(Shown("system", OUT_OF_SERVICE, at=platform.now()))
        return
    follower.shown.append(Shown("account", text, kind, "passive", at=platform.now()))


def _opened(account: Account, fields: dict[str, str]) -> dict[str, str]:
    if account.mode == "plain":
        return fields
    wanted = crypto.sign(account.token, fields["TimeStamp"], fields["Nonce"], fields["Encrypt"])
    if fields["MsgSignature"] != wanted:
        raise ValueError("bad signature")
    return xml.read(crypto.decrypt(account.aes_key, account.app_id, fields["Encrypt"]))
