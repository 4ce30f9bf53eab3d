"""Stars in a customer's own words: 5分, 给你3分吧 太慢了, 四颗星, 满分, 非常满意."""

import re
from typing import NamedTuple


class Rating(NamedTuple):
    """How many stars a message gives (`1` to `5`), and what it says besides."""

    stars: str
    comment: str = ""


_DIGITS = dict(zip("一二三四五两", "123452", strict=True))
_WORDS = {
    "1": "(很|非常|太|极其?|特别|十分)不满意|(很|太|非常)差|差评|零分|0分",
    "2": "不太?满意|不怎么满意|不够满意",
    "3": "一般般?|还行|马马虎虎|凑合",
    "4": "比较满意|还算?满意|挺好的?|(?<!不)满意|不错",
    "5": "(很|非常|十分|特别|挺|超级?)满意|满分|(五星)?好评|(很|非常)好|点赞|100分|一百分",
}
_ENDING = r"[的了吧啊呀哦呢哈,.!。~\s]*"
_GIVES = r"^(我|就|那|可以|只能|最多|只|直接|勉强)*[打给评]?(你们?|您)?(个|打)?\s*"
_NUMBER = re.compile(
    _GIVES + r"(?P<digit>[1-5一二三四五两])\s*(?P<unit>分钟?|颗?星)?" + _ENDING + r"(?P<comment>.*)$", re.DOTALL
)
_IN_WORDS = [
    (stars, re.compile(_GIVES + f"({words}){_ENDING}(谢谢你?们?)?{_ENDING}$")) for stars, words in _WORDS.items()
]
_NO_COMMENT = re.compile(r"^(谢谢|感谢|多谢|好评|满意|[你您们了吧啊,.!~\s])*$")
_MORE_OF_A_NUMBER = re.compile(r"^[\d.:/%点个块元毛角号天月年次笔折成半万千百十钱之]|^没到|^到账")


def rating_of(text: str) -> Rating | None:
    """The rating that a message gives, None where it gives none (5分钟, 4块, 一直没到).

    A digit that words follow needs its unit: 3分 太慢了 rates, 3 个人付的 does not.
    """
    text = text.strip()
    for stars, words in _IN_WORDS:
        if words.match(text):
            return Rating(stars)
    found = _NUMBER.match(text)
    if not found or found["unit"] == "分钟":
        return None
    comment = found["comment"].strip()
    if comment and (not found["unit"] or _MORE_OF_A_NUMBER.match(comment)):
        return None
    return Rating(_DIGITS.get(found["digit"], found["digit"]), "" if _NO_COMMENT.match(comment) else comment)
