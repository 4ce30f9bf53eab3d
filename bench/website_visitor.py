"""A customer on the website as the benchmark plays one: a session, an open event stream, and what it brought."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

_RETRY = 1.0  # seconds
_REPLY = aiohttp.ClientTimeout(10)  # seconds for anything but the stream; then it is asked again

Answer = tuple[str, ...]  # the lines of one answer, as `shown` gives them
Script = Sequence[tuple[str, Answer]]  # what is said one after the other, and what has to be answered


@dataclass
class Message:
    """A message: moments of the clock at which it went out, was acknowledged, came back, and was answered."""

    sent: float
    answer: Answer  # what has to come
    last_line: int  # how many lines the bot has said when this is answered
    acknowledged: float | None = None
    answered: float | None = None
    copies: int = 0  # of it, on the stream
    is_answered: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False)
class Visitor:
    """A session, and what its stream brought. Answers come in the order of the messages."""

    http: aiohttp.ClientSession
    url: str  # …/webhooks/website
    token: str
    script: Script = ()
    messages: dict[str, Message] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)  # by the bot
    seqs: list[int] = field(default_factory=list)
    is_listening: asyncio.Event = field(default_factory=asyncio.Event)  # the stream was open
    has_heard: asyncio.Event = field(default_factory=asyncio.Event)  # the bot
    breaks: int = 0  # of the stream

    async def listen(self) -> None:
        """Follow the stream, coming back where it left off when it breaks."""
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                await self._follow()
            self.breaks += 1
            await asyncio.sleep(_RETRY)

    async def _follow(self) -> None:
        headers = {**self._headers, "Last-Event-ID": str(self.seqs[-1] if self.seqs else 0)}
        forever = aiohttp.ClientTimeout(None)
        async with self.http.get(f"{self.url}/events", headers=headers, timeout=forever) as answer:
            answer.raise_for_status()
            self.is_listening.set()
            async for row in answer.content:
                if row.startswith(b'data: {"seq"'):
                    self.hear(json.loads(row[6:]), time.monotonic())

    def hear(self, line: dict[str, Any], now: float) -> None:
        """Take a line of the stream."""
        self.seqs.append(line["seq"])
        if line["who"] == "customer":
            if line["id"] in self.messages:
                self.messages[line["id"]].copies += 1
            return
        self.said.append(shown(line))
        self.has_heard.set()
        for message in self.messages.values():
            if message.last_line == len(self.said):
                message.answered = now
                message.is_answered.set()

    async def speak(self, message_id: str) -> None:
        """Send the next message of the script, again and again until it is acknowledged."""
        text, answer = self.script[len(self.messages)]
        before = sum(len(message.answer) for message in self.messages.values())
        message = self.messages[message_id] = Message(time.monotonic(), answer, before + len(answer))
        await self.post(message_id, text)
        message.acknowledged = time.monotonic()

    async def post(self, message_id: str, text: str) -> None:
        """Send a text until it is acknowledged."""
        body = {"id": message_id, "text": text}
        while True:
            try:
                async with self.http.post(
                    f"{self.url}/messages", json=body, headers=self._headers, timeout=_REPLY
                ) as answer:
                    if answer.status == 202:
                        return
            except (aiohttp.ClientError, asyncio.TimeoutError):
                pass
            await asyncio.sleep(_RETRY)

    async def rehearse(self, texts: Sequence[str]) -> Script:
        """Say texts, each after the answer to the one before; the script for whoever says the same."""
        found: list[tuple[str, Answer]] = []
        for number, text in enumerate(texts):
            self.has_heard.clear()
            await self.post(f"r{number}", text)
            await self.has_heard.wait()
            before = sum(len(answer) for _, answer in found)
            found.append((text, tuple((await self._history())[before:])))  # stored in one piece, so it is all there
        return found

    async def _history(self) -> list[str]:
        async with self.http.get(f"{self.url}/history?limit=100", headers=self._headers, timeout=_REPLY) as answer:
            answer.raise_for_status()
            return [shown(line) for line in (await answer.json())["lines"] if line["who"] != "customer"]

    @property
    def wrong(self) -> int:
        """Messages whose answer was another than it had to be."""
        answered = [message for message in self.messages.values() if message.answered]
        return sum(
            tuple(self.said[message.last_line - len(message.answer) : message.last_line]) != message.answer
            for message in answered
        )

    @property
    def surplus(self) -> int:
        """Lines that the bot has said beyond all answers."""
        return max(0, len(self.said) - sum(len(message.answer) for message in self.messages.values()))

    @property
    def has_gap(self) -> bool:
        """Whether the stream left a line out, or brought one twice."""
        return self.seqs != list(range(1, len(self.seqs) + 1))

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def new_session(http: aiohttp.ClientSession, url: str, brand: str) -> str:
    """The token of a new visitor of a brand's site."""
    async with http.post(f"{url}/session", json={"brand": brand}, timeout=_REPLY) as answer:
        answer.raise_for_status()
        return str((await answer.json())["token"])


def shown(line: dict[str, Any]) -> str:
    """What a customer sees of a line."""
    titles = [button["title"] for button in line.get("buttons", ())]
    return json.dumps([line.get("text"), line.get("image"), titles], ensure_ascii=False)
