"""The linear model as it is served: probabilities, what it knows, and the same after a save."""

from pathlib import Path

import numpy as np
import pytest

from kefu.nlu.features import Blocks, blocks_of
from kefu.nlu.linear_model import Block, LinearModel, encode, softmax
from kefu.nlu.linear_training import train
from kefu.nlu.vocabulary import Vocabulary

EXAMPLES = [
    *((text, "refund") for text in ("怎么退款", "我要退款", "申请退款", "退款多久")),
    *((text, "top_up") for text in ("怎么充值", "我要充值", "充值失败", "充值多久")),
    *((text, "fee") for text in ("手续费多少", "收手续费吗", "要手续费", "手续费")),
]


def features(text: str) -> Blocks:
    return blocks_of(list(text))


@pytest.fixture(scope="module", params=[2, 3])
def model(request: pytest.FixtureRequest) -> LinearModel:
    used = EXAMPLES[: 4 * request.param]
    return train([features(text) for text, _ in used], [label for _, label in used])


@pytest.mark.parametrize("text", ["怎么退款", "退款充值手续费"])
def test_probabilities_are_one_a_label_and_sum_to_1(model: LinearModel, text: str) -> None:
    found = model.probabilities(features(text))
    assert found.shape == (len(model.labels),)
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1, abs=1e-5)


def test_a_question_changes_nothing_for_the_next(model: LinearModel) -> None:
    first = model.probabilities(features("怎么退款"))
    model.probabilities(features("充值失败"))
    assert np.array_equal(model.probabilities(features("怎么退款")), first)


def test_a_lower_temperature_is_surer_of_the_same_label(model: LinearModel) -> None:
    def at(temperature: float) -> np.ndarray:
        return LinearModel(model.labels, model.blocks, model.weights, model.bias, temperature).probabilities(
            features("怎么退款")
        )

    assert at(0.1).argmax() == at(2.0).argmax()
    assert at(0.1).max() > at(2.0).max()


@pytest.mark.parametrize("text", ["退款", "充值好了", "怎么"])
def test_knows_what_it_has_seen_a_part_of(model: LinearModel, text: str) -> None:
    assert model.probabilities(features(text)) is not None


@pytest.mark.parametrize("text", ["☂", "xyz", "鑫淼", ""])
def test_does_not_know_what_shares_nothing_with_the_examples(model: LinearModel, text: str) -> None:
    assert model.probabilities(features(text)) is None


def test_is_the_same_after_save_and_load(model: LinearModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    loaded = LinearModel.load(tmp_path)
    assert (loaded.labels, loaded.temperature) == (model.labels, model.temperature)
    assert loaded.probabilities(features("☂")) is None
    for text in [*(text for text, _ in EXAMPLES), "退款手续费"]:
        assert loaded.probabilities(features(text)) == pytest.approx(model.probabilities(features(text)), abs=5e-3)


def test_a_saved_model_holds_no_code(model: LinearModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model.json", "weights.npz"]
    with np.load(tmp_path / "weights.npz", allow_pickle=False) as arrays:
        assert {name: arrays[name].dtype.kind for name in arrays.files} == {"weights": "f", "bias": "f"}


BLOCK = Block(Vocabulary(["甲", "乙"]), np.array([1.0, 2.0], dtype=np.float32), offset=10, weight=0.5)


def test_a_block_is_as_long_as_its_weight() -> None:
    rows, values = encode(["甲", "乙", "丙"], BLOCK)
    assert sorted(rows) == [10, 11]
    assert np.linalg.norm(values) == pytest.approx(0.5)
    assert dict(zip(rows, values, strict=True))[11] == pytest.approx(2 * dict(zip(rows, values, strict=True))[10])


def test_more_of_a_feature_counts_more_but_less_than_in_proportion() -> None:
    rows, values = encode(["甲", "甲", "甲", "乙"], BLOCK)
    weight = dict(zip(rows, values, strict=True))
    assert weight[10] / weight[11] == pytest.approx((1 + np.log(3)) / 2)


def test_unknown_features_encode_to_nothing() -> None:
    rows, values = encode(["丙"], BLOCK)
    assert (len(rows), len(values)) == (0, 0)


@pytest.mark.parametrize("scores", [[0.0, 0.0], [1000.0, 0.0], [-1000.0, -1001.0]])
def test_softmax_stands_large_scores(scores: list[float]) -> None:
    found = softmax(np.array(scores))
    assert found.sum() == pytest.approx(1)
    assert found[0] >= found[1]


def test_a_loaded_model_cannot_be_saved_without_its_features(model: LinearModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    with pytest.raises(ValueError, match="just trained"):
        LinearModel.load(tmp_path).save(tmp_path)
