"""What customers say while they wait for a person, or about waiting: 不想等了, 还有几位, 有人吗, 要排多久."""

import re

_END = r"[了的吧啊呀呢嘛哦,.!~\s]*$"
_STARTS = r"^(?:那|就|我|请|先|还是|要不|好|[,\s])*"
_BACK = re.compile(
    rf"{_STARTS}(?:要|想|帮我|给我)?(?:回到?|返回|转回去?|退回|找|叫|要|跟)?(?:智能)?(?:客服)?机器人(?:客服|聊|说|帮我|回答)?{_END}"
    rf"|{_STARTS}(?:不想?|不愿意?|懒得|没空|没时间)(?:再)?(?:等|排)(?:人工|队)?{_END}"
    rf"|{_STARTS}(?:退出|结束|取消|关闭|离开|放弃)(?:人工|排队|转人工|客服|等待|对话)?{_END}"
    rf"|{_STARTS}(?:不用|不要|不需要|不找|别|不)(?:帮我)?(?:转|找|叫|等|排|接)?(?:人工|客服|人|队){_END}"
    rf"|{_STARTS}(?:算|不用|不要|不排|不等|不找|没事|不需要)了?(?:不(?:等|排|找|用|问)了?)?{_END}"
    rf"|{_STARTS}(?:帮我)?转回(?:去|来)?{_END}"
)
_SOLVED = re.compile(
    rf"{_STARTS}(?:自己|已经|刚)*(?:就|把?(?:它|问题|这事))?(?:解决|弄好|搞定|会|知道怎么弄|找到|办好|明白)(?:好)?了(?:谢谢|不用了|不用找了|[,\s])*{_END}"
)
_PLACE = re.compile(
    r"有人[吗么嘛没]|有没有人|人呢|没人[吗么嘛?]|还?没(?:有)?人|怎么还不|还要?等?多久|多久|几[位个](?:人|$|[?了啊呢])|第几|排到|轮到|到我|前面|多少人|多长时间|什么时候|快(?:点|些|一点)"
    r"|催|急|还在吗|在吗|^(?:你好|您好|喂|hello|在不在)[?!. ]*$|怎么没反应|没反应|排队"
)
_OF_QUEUE = re.compile(
    r"(?:要|得|需要|现在|大概|人工|客服|转人工|找人工)[^,.]{0,6}(?:排|等)[^,.]{0,4}(?:多久|几|多长|多少)|排(?:队|多久)|人多[吗么不]|多久(?:能|才|可以)?(?:有人|接通|轮到|接)|忙[吗不]"
)
_CALLS = re.compile(
    r"^(?:[你您]好|喂|请问|现在|到底|怎么|都|还|[,.!?\s])*"
    r"(?:有人(?:吗|么|嘛|没有?|在吗?)|有没有人|人呢|人在哪|没(?:有)?人(?:吗|么|嘛|啊|理我?)?|还没人)[啊呀呢吗,.!?\s]*$"
)
_PERSON = re.compile(r"人|客服|转|坐席|专员|经理|主管|领导|电话|机器|妹|姐|哥|老师|0|零|[a-zA-Z]")
_BESIDE = re.compile(r"(?:(?:我?想|请)问一?[下问]?|问一?[下问]|咨询一?下|想知道|打听一?下)[,:\s]*(?P<what>.{3,})$")
_LONGEST = 16  # characters; more tells a story


def leaves(text: str) -> bool:
    """Whether who waits for a person would rather not, or goes back to the bot: 算了, 不想等了, 回机器人."""
    return len(text) <= _LONGEST and bool(_BACK.match(text) or _SOLVED.match(text))


def has_solved_it(text: str) -> bool:
    """Whether who waits has managed alone: 我自己解决了."""
    return len(text) <= _LONGEST and bool(_SOLVED.match(text))


def asks_place(text: str) -> bool:
    """Whether who waits asks whether anybody is there, or how long it takes."""
    return len(text) <= _LONGEST and bool(_PLACE.search(text))


def asks_of_queue(text: str) -> bool:
    """Whether somebody who does not wait yet asks how long that would be: 现在人多吗 要等多久."""
    return len(text) <= _LONGEST and bool(_OF_QUEUE.search(text))


def calls(text: str) -> bool:
    """Whether a message only calls for somebody (有人吗, 人呢): a wish for a person, and no story."""
    return bool(_CALLS.match(text))


def may_wish_for_person(text: str) -> bool:
    """Whether a message has any word of a wish for a person; 接下来呢 and 听不懂 have none."""
    return bool(_PERSON.search(text.replace("人话", "")))


def question_beside(text: str) -> str | None:
    """What is asked beside a word to the staff: 提现限额 of 客服小姐姐在吗,想问下提现限额."""
    found = _BESIDE.search(text)
    return found["what"] if found and "人工" not in found["what"] else None
