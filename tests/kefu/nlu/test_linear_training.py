"""Training of the linear classifier, on a handful of examples."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kefu.nlu.features import Blocks, blocks_of
from kefu.nlu.linear_model import LinearModel
from kefu.nlu.linear_training import train

EXAMPLES = {
    "refund": ["怎么退款", "我要退款", "退款退款", "申请退款", "退款申请", "能退款吗", "想退款", "退款怎么弄"],
    "top_up": ["怎么充值", "我要充值", "充值充值", "充值失败", "余额充值", "能充值吗", "想充值", "充值怎么弄"],
    "fee": ["手续费多少", "收手续费吗", "手续费怎么收", "要手续费", "手续费", "多少手续费", "免手续费吗", "手续费贵"],
}


def features(text: str) -> Blocks:
    return blocks_of(list(text))


def trained(*labels: str, **options: float) -> LinearModel:
    pairs = [(features(text), label) for label in labels for text in EXAMPLES[label]]
    return train([example for example, _ in pairs], [label for _, label in pairs], **options)


@pytest.mark.parametrize("labels", [("refund", "top_up"), ("top_up", "fee", "refund")])
def test_learns_its_examples_and_what_is_like_them(labels: tuple[str, ...]) -> None:
    model = trained(*labels)
    assert model.labels == sorted(labels)
    unseen = {"refund": "请问退款在哪", "top_up": "请问充值在哪", "fee": "请问手续费在哪"}
    for label in labels:
        for text in (*EXAMPLES[label], unseen[label]):
            assert model.labels[model.probabilities(features(text)).argmax()] == label, text


def test_the_same_examples_make_the_same_model() -> None:
    one, other = trained("refund", "fee"), trained("refund", "fee")
    assert np.array_equal(one.weights, other.weights)
    assert (one.labels, one.temperature) == (other.labels, other.temperature)


TRAIN = """
from tests.kefu.nlu.test_linear_training import trained
model = trained("refund", "top_up", "fee")
print(list(model.blocks["characters"].features), model.weights.tolist(), model.temperature)
"""


def test_two_processes_make_the_same_model(root: Path) -> None:
    def output(seed: str) -> bytes:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        return subprocess.check_output([sys.executable, "-c", TRAIN], cwd=root, env=environment)

    assert output("1") == output("2")


def test_what_occurs_in_one_example_only_is_not_learnt() -> None:
    model = trained("refund", "fee")
    assert "手续费" in model.blocks["characters"].features
    assert "贵" not in model.blocks["characters"].features


@pytest.mark.parametrize("labels", [(), ("refund",)])
def test_one_label_is_not_enough(labels: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="至少要有两个意图"):
        trained(*labels)


def test_held_out_examples_make_the_model_surer_or_less_sure() -> None:
    model = trained("refund", "top_up", "fee")
    assert 0.05 <= model.temperature < 1  # the examples are easy: surer than raw scores are
    assert model.probabilities(features("怎么退款")).max() > 0.9


def test_too_few_examples_to_hold_any_back_leave_the_scores_alone() -> None:
    model = train([features("怎么退款"), features("怎么退款"), features("怎么充值")], ["refund", "refund", "top_up"])
    assert model.temperature == 1.0


def test_a_higher_penalty_fits_the_examples_more_closely() -> None:
    loose, close = trained("refund", "fee", penalty=0.01), trained("refund", "fee", penalty=10.0)
    assert np.abs(close.weights).max() > np.abs(loose.weights).max()
