"""Who does not want to live is heard; figures of speech are not."""

import pytest

from kefu.dialogue.despair import is_desperate


@pytest.mark.parametrize(
    "text",
    [
        *("我想死", "失业了,钱也没了,不想活了", "活不下去了", "我真的好想死", "死了算了", "我要跳楼", "活着没意思"),
        *("我都想死了", "想自杀", "没活路了", "不如死了", "想死的心都有了"),
    ],
)
def test_despair(text: str) -> None:
    assert is_desperate(text)


@pytest.mark.parametrize(
    "text",
    ["急死我了", "你去死", "想死你了", "我手机死机了", "这破系统想死吗", "累死了", "笑死", "老人去世了", "死了心", ""],
)
def test_figures_of_speech(text: str) -> None:
    assert not is_desperate(text)
