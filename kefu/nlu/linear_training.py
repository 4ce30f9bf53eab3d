"""Training of the linear classifier: vocabulary, weights, and a temperature from held-out scores."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sparse

from kefu.nlu.features import Blocks
from kefu.nlu.linear_model import Block, LinearModel, encode, softmax
from kefu.nlu.vocabulary import Vocabulary

BLOCK_WEIGHTS = {"characters": 1.0, "pinyin": 0.7, "words": 0.7}

_HELD_OUT = 0.2  # share of the examples that the temperature is fitted on


def train(examples: Sequence[Blocks], labels: Sequence[str], penalty: float = 0.5) -> LinearModel:
    """Fit a model (linear support vectors, one label against the rest).

    Args:
        examples: features of each example; all have the same blocks.
        labels: the label of each example.
        penalty: liblinear's C.

    Raises:
        ValueError: fewer than two labels.
    """
    names = sorted(set(labels))
    if len(names) < 2:
        raise ValueError("至少要有两个意图的例句才能训练")
    blocks = _vocabulary(examples)
    matrix = _matrix(examples, blocks)
    target = np.searchsorted(names, labels)
    weights, bias = _fit(matrix, target, penalty)
    temperature = _temperature(matrix, target, penalty)
    return LinearModel(names, blocks, weights, bias, temperature)


def _vocabulary(examples: Sequence[Blocks]) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    offset = 0
    for name in examples[0]:
        frequency = Counter(feature for example in examples for feature in dict.fromkeys(example[name]))
        kept = [feature for feature, count in frequency.items() if count > 1]
        counts = np.array([frequency[feature] for feature in kept], dtype=np.float32)
        idf = np.log((1 + len(examples)) / (1 + counts)) + 1
        blocks[name] = Block(Vocabulary(kept), idf.astype(np.float32), offset, BLOCK_WEIGHTS[name], kept)
        offset += len(kept)
    return blocks


def _matrix(examples: Sequence[Blocks], blocks: dict[str, Block]) -> sparse.csr_matrix:
    starts: list[int] = [0]
    columns: list[np.ndarray] = []
    values: list[np.ndarray] = []
    for example in examples:
        encoded = [encode(example[name], block) for name, block in blocks.items()]
        columns.extend(rows for rows, _ in encoded)
        values.extend(block_values for _, block_values in encoded)
        starts.append(starts[-1] + sum(len(rows) for rows, _ in encoded))
    width = sum(len(block.vocabulary) for block in blocks.values())
    return sparse.csr_matrix((np.concatenate(values), np.concatenate(columns), starts), (len(examples), width))


def _fit(matrix: sparse.csr_matrix, target: np.ndarray, penalty: float) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.svm import LinearSVC  # heavy, and needed in training only

    fitted = LinearSVC(C=penalty, random_state=0).fit(matrix, target)
    if len(fitted.classes_) == 2:  # liblinear keeps one column for two labels
        return np.vstack([-fitted.coef_[0], fitted.coef_[0]]).T, np.array([-1, 1]) * fitted.intercept_[0]
    return fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32)


def _temperature(matrix: sparse.csr_matrix, target: np.ndarray, penalty: float) -> float:
    """The temperature under which held-out examples are most likely (Guo et al. 2017)."""
    held = np.random.default_rng(0).random(len(target)) < _HELD_OUT
    if not held.any() or len(np.unique(target[~held])) <= target.max():
        return 1.0  # too few examples of a label to hold any back
    weights, bias = _fit(matrix[~held], target[~held], penalty)
    scores = matrix[held] @ weights + bias

    def loss(temperature: float) -> float:
        likelihood = softmax(scores / temperature)[np.arange(held.sum()), target[held]]
        return float(-np.log(np.maximum(likelihood, 1e-12)).mean())

    return float(min(np.geomspace(0.05, 3, 60), key=loss))
