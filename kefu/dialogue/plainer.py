"""看不懂, 字太多了, 说人话, 不会弄: the same answer in small steps; and which steps an answer has."""

import re

_END = r"[了的吧啊呀呢嘛哦吗么,.!?~\s]*$"
_PLAINER = re.compile(
    r"(?:看|听|读|搞|弄)不(?:太)?(?:懂|明白|来|清楚)|没(?:看|听|搞|弄)(?:懂|明白)"
    rf"|^(?:我|还是|都|真的?|根本|[,\s])*不(?:太)?(?:懂|明白){_END}|[说讲]点?人话"
    r"|(?:字|话|说的?|内容)(?:也|真|实在)?太(?:多|长|复杂|啰嗦|绕)|太(?:复杂|啰嗦|长了|绕|麻烦|难)"
    rf"|(?:我|还是|真|也)?不会(?:弄|操作|用|搞|设置|点)(?:这个)?{_END}"
    r"|(?:说|讲|写)得?再?(?:简单|短|明白|清楚|慢|直白|通俗)|(?:简单|短|慢|通俗)一?点(?:说|讲)?"
    r"|(?:什么|啥)意思|一步一步|一步步|教教?我|手把手|你(?:到底)?懂不懂"
)
_AGAIN = re.compile(
    rf"^(?:请|麻烦|能不能|可以|[你您,\s])*"
    rf"(?:(?:再|重新)(?:给我)?(?:说|讲|发)(?:一?[遍次下])|重复一?[遍下]|没看清|刚才说的?什么){_END}"
)
_NEXT = re.compile(
    rf"^(?:那|好了?|可以了|弄好了|做好了|点了|[,\s])*"
    rf"(?:然后|接下来|下一步|再然后|之后|后面|继续|接着)?(?:呢|怎么(?:办|弄|做|点)|干什么|做什么|说)?{_END}"
)
_NAMES_NEXT = re.compile("然后|接下来|下一步|再然后")
_STEP = re.compile(r"^\s*\d+[.、．)]\s*(?P<what>.+)$", re.MULTILINE)
_LONGEST = 14  # characters; more is a story or a question


def asks_plainer(text: str) -> bool:
    """Whether a short message says that an answer was too much, or not understood."""
    return len(text) <= _LONGEST and bool(_PLAINER.search(text))


def asks_again(text: str) -> bool:
    """Whether a short message wants the same once more: 再说一遍."""
    return len(text) <= _LONGEST and bool(_AGAIN.match(text))


def asks_next(text: str, named: bool = False) -> bool:
    """Whether a short message wants the step that comes next: 然后呢, 好了, 下一步.

    Args:
        text: the normalised message.
        named: whether only words count that mean nothing else (接下来呢, not 好了).
    """
    is_next = len(text) <= _LONGEST and bool(text.strip()) and bool(_NEXT.match(text))
    return is_next and (not named or bool(_NAMES_NEXT.search(text)))


def steps_of(answer: str) -> list[str]:
    """The steps of an answer: its numbered lines; none where it has ways to choose from, or a few sentences."""
    numbered = [match["what"].strip() for match in _STEP.finditer(answer)]
    return numbered if len(numbered) > 1 else []


def gist_of(answer: str) -> str:
    """The first sentence of an answer, which says the most."""
    return re.split(r"(?<=[。！？])|\n", answer.strip(), maxsplit=1)[0].rstrip("：:")
