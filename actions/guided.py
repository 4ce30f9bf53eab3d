"""Where in a guide the talk is, and what comes next there."""

import re
from dataclasses import dataclass

from rasa_sdk import Tracker

from actions.matter import SURELY
from actions.turn import Turn
from kefu.dialogue.guides import Guide, Option, guides
from kefu.dialogue.ticket_form import NO_USE
from kefu.knowledge import FaqEntry, knowledge_base
from kefu.topics import is_business, title

_UNSOLVED = re.compile(
    r"还是(不行|不能|没|那样|一样|老样子)|没(有)?(什么)?效果|不管用|不好使|不顶用|白搭|没(解决|弄好|办好)|不行啊|行不通"
    r"|试(了|过).{0,4}(没|不)|^(我)?(很|好|太|真的?|着|特别)*急(用|死|着用)?[啊呀呢了嘛]*$"
    r"|钱呢|钱(到|去|跑)?哪(儿|里)?去?[了啦]|(都|全)(试|弄|按|照做|做)(了|过)|等了.{0,5}(天|小时|半天|周|星期|礼拜|个月|久)"
    r"|还是.{0,4}(不了|不上|不成|不到|不出|不够|失败)"
    r"|^(我|这)?(都|已经|快)+(过了?|有)?.{0,5}(天|小时|周|星期|礼拜|个月|久)了[啊呀吧!.]*$"
    r"|^(急死|太慢|快(点|些))|^(那|这下?|现在)*(该|要)?(咋|怎么)(整|办|弄|搞)[嘛啊呢呀]*$"
    r"|^(我|钱|款|这|那|就是|可是|但是?|可|都|也|一直|到现在|到今天|现在|今天|还是?|[,.!])*没有?(收到|到账?|动静|反应)"
    r"(钱|短信|验证码|到账)?[啊呀呢了的,.!]*$|也(还是)?(不行|不好使|一样|打不开|不了)"
    rf"|{NO_USE}"
)
_TRIED = re.compile(  # what an answer tells to do was done: 重启了, 清过缓存了
    r"^(我|手机|软件|都|也|就|已经|刚|才)*(重启|重装|卸载|重新(登录?|安装|下载|打开|连)|清(理|除)?(过|了|完|掉)?缓存|更新|升级|刷新"
    r"|(开关|开|关)(了|过)?(一次|一下|几次)?飞行模式|飞行模式(都|也)?(开关|开|关)"
    r"|[换切](了|过)?(个|成)?(网络?|wifi|无线|流量|浏览器)|检查|核对)"
    r"(过|了|完|好|掉|一|两|三|几|多|次|遍|下|重装|手机|软件|app|应用|系统|到|最新|版本?|的|啊|呀|[,.!])*$"
)
_LONGEST_COMPLAINT = 15  # characters; more tells a story of its own
_SHORT = 10  # characters up to which a message may be an answer, however sure the classifier is of something else


@dataclass(frozen=True)
class Place:
    """A place in a guide: the option whose answer was shown last, None at the guide's question."""

    guide: Guide
    option: Option | None


def place(tracker: Tracker) -> Place | None:
    """Where the talk is; None outside of guides."""
    guide = guides().of(tracker.get_slot("guide") or "")
    return Place(guide, guide.holding(tracker.get_slot("faq_id"))) if guide else None


def option_named(turn: Turn, tracker: Tracker) -> tuple[Guide, Option] | None:
    """The option that a customer names after a guide has asked, in whatever words; None where it is another matter."""
    here = place(tracker)
    if here is None or turn.is_pressed:
        return None
    option = here.guide.branch(turn.entity(here.guide.slot or "")) or here.guide.answered(turn.text)
    if option is None:
        return None
    own = {here.guide.intent, *(faq_id.split(".")[0] for faq_id in option.entries)}
    is_sure = is_business(turn.intent) and turn.confidence >= SURELY
    if is_sure and turn.intent not in own and (len(turn.text) > _SHORT or option == here.option):
        return None  # who has just read about an option and asks something else does not name it again
    return here.guide, option


def options_meant(turn: Turn, tracker: Tracker) -> list[Option]:
    """The options that a short reply to a guide's question may mean, where it fits more than one."""
    here = place(tracker)
    if here is None or here.option or turn.is_pressed:
        return []
    fitting = here.guide.titled(turn.text)
    return fitting if len(fitting) > 1 else []


def untried(option: Option, turn: Turn, tracker: Tracker) -> FaqEntry | None:
    """The next entry of an option that this customer has not seen in this matter."""
    tried = tracker.get_slot("tried") or []
    known = knowledge_base().current().by_id
    left = (known[faq_id] for faq_id in option.entries if faq_id in known and faq_id not in tried)
    return next((entry for entry in left if knowledge_base().answer(entry.id, turn.brand)), None)


def try_next(option: Option, tracker: Tracker) -> str:
    """What to say before an option's next answer; nothing before its first."""
    return "换个办法试试。\n" if set(option.entries) & set(tracker.get_slot("tried") or []) else ""


def is_another_question(turn: Turn, tracker: Tracker) -> bool:
    """Whether the classifier is sure of another matter than the open one, and the words name it.

    Words that say only that nothing has helped (我都等了三天了, 都试了) are of the open matter, whatever they resemble.
    """
    other = turn.intent != tracker.get_slot("topic") and is_business(turn.intent) and turn.confidence >= SURELY
    is_named = title(turn.intent)[0] in turn.text and not _TRIED.match(turn.text)  # 更新了 names no 新功能
    return other and (is_named or not says_unsolved(turn.text))


def says_unsolved(text: str) -> bool:
    """Whether a short message says that what was answered has not helped."""
    return len(text) <= _LONGEST_COMPLAINT and bool(_UNSOLVED.search(text) or _TRIED.match(text))
