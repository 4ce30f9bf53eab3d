"""A large FAQ, made up from the real one: the same questions about many services in many places.

Every entry has three wordings and an answer of its own; by seed, so that every run has the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice, product

from kefu.knowledge import FaqEntry

_SEED = 8
_LONGEST_QUESTION = 40
_VARIANTS = 2
_SENTENCES = 2  # of the real answer

_PLACES = (
    "北京 上海 广州 深圳 天津 重庆 成都 杭州 武汉 西安 南京 苏州 长沙 郑州 青岛 宁波 东莞 佛山 合肥 昆明 沈阳 大连 "
    "济南 厦门 福州 哈尔滨 长春 石家庄 太原 南昌 贵阳 南宁 兰州 海口 银川 西宁 拉萨 呼和浩特 乌鲁木齐 温州 无锡 泉州"
)
_SERVICES = (
    "地铁乘车码 公交卡 校园一卡通 食堂饭卡 医院挂号 医保账户 社保缴费 水费 电费 燃气费 物业费 停车费 高速通行费 加油卡 "
    "充电桩 共享单车 网约车 火车票 机票 酒店预订 电影票 景区门票 外卖订单 超市购物卡 便利店 菜市场收款码 药店 "
    "话费充值 宽带缴费 有线电视 视频会员 音乐会员 游戏点卡 直播打赏 学费 考试报名费 培训班 健身房 美发店 洗车 "
    "快递运费 邮政包裹 报刊订阅 集邮商城 保险保费 理财 零钱存款 亲情卡 红包 企业团购 工资代发 养老金 党费 捐款 "
    "驾校 房租 宠物医院 干洗店 自动售货机 二手交易 海淘 退税 签证费"
)


def generate(real: Sequence[FaqEntry], size: int) -> list[FaqEntry]:
    """Entries for measurements.

    Args:
        real: the project's; their intents, wordings and answers are what is varied.
        size: how many, up to the number of combinations (over 500,000).

    Raises:
        ValueError: that many different entries cannot be made.
    """
    combinations = list(product(_PLACES.split(), _SERVICES.split(), range(len(real))))
    if size > len(combinations):
        raise ValueError(f"{size} entries are more than the {len(combinations)} that can be made")
    random.Random(_SEED).shuffle(combinations)
    return [_entry(real[one], place, service) for place, service, one in combinations[:size]]


def questions(entries: Sequence[FaqEntry], asked: Sequence[str], size: int) -> list[str]:
    """What customers ask: a wording of some entry, every third time a real question that names no service."""
    chosen = random.Random(_SEED)
    mixed: Iterator[str] = (
        chosen.choice(asked) if number % 3 == 0 else chosen.choice(chosen.choice(entries).variants)
        for number in range(size)
    )
    return list(mixed)


def _entry(real: FaqEntry, place: str, service: str) -> FaqEntry:
    """The real entry, for a service in a place; not validated again, which would take longer than searching."""
    about = f"{place}{service}"
    wordings = [text for text in real.variants if len(text) > 2] or [real.question]
    answer = next(iter(real.answer.values()))
    sentences = "。".join(islice(filter(None, answer.split("。")), _SENTENCES))
    return real.copy(
        update={
            "id": f"{real.id}_{place}_{service}",
            "question": f"{about}，{real.question}"[:_LONGEST_QUESTION],
            "variants": [f"{service}{wordings[number % len(wordings)]}" for number in range(_VARIANTS)],
            "answer": {"default": f"{place}的{service}：{sentences}。"},
            "related": [],
        }
    )
