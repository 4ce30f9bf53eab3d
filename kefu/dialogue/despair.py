"""Words of somebody who does not want to live any more: heard before everything else, wherever they are said."""

import re

_END = r"(?=$|[了的啊呀呢吧,.;!?~\s]|算了)"
_FIGURE = r"(?<!急)(?<!气)(?<!累)(?<!烦)(?<!笑)(?<!饿)(?<!热)(?<!困)(?<!吓)(?<!坑)(?<!害)(?<!逼)"
_SAID = re.compile(
    rf"(?:^|[我都就真还好只也,.;!\s])(?:真的?|就|好|只|都|很|快){{0,4}}(?:想|要去|去){_FIGURE}死(?:的心都有)?{_END}"
    r"|不(?:想|愿意?|打算|要)(?:再)?活|活不下去|活着(?:还|也|真)?(?:没|有什么|没有什么)(?:意思|劲|意义|用|盼头|希望)|活(?:够|腻)了|没(?:有)?活路|没法(?:再)?活"
    r"|自杀|轻生|寻短见|(?:想|要|去|准备|只能|逼我|打算)(?:去)?(?:跳楼|跳河|跳江|跳桥|上吊|割腕|喝农药|吃安眠药|撞车)|(?:跳楼|跳河|上吊|割腕|喝农药)(?:算了|给你们|去)"
    r"|(?:结束|了结)(?:自己|我)?的?(?:生命|自己|这条命)|死了(?:算了|一了百了|干净|得了)|一死了之|不如(?:去)?死|遗书|(?:对|跟)(?:世界|你们)说?再见了"
)
_OTHERS = re.compile(r"[你他她](?:们)?(?:怎么不?|快)?去死|想死你|自杀式|游戏|小说|电视剧|(?:防止|预防)自杀")


def is_desperate(text: str) -> bool:
    """Whether a normalised text says that its writer wants to die: 我想死, 不想活了; not 急死我了, 你去死."""
    return bool(_SAID.search(text)) and not _OTHERS.search(text)
