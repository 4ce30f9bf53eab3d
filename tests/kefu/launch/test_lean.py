"""Lean mode, in processes of its own: what is left out of one can't come back into it."""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

import pytest
from rasa.model import get_latest_model

INSTALL = "from pathlib import Path; from kefu.launch import lean; lean.install(Path({model!r}))\n"
PARSE = """
import asyncio, json, sys
from rasa.core.agent import Agent
import rasa.__main__, rasa.core.run, kefu.channels.rest, kefu.channels.website.channel, kefu.dialogue.nlg
parsed = asyncio.run(Agent.load({model!r}).parse_message("我昨天充值200元没到账"))
print(json.dumps({{"parsed": parsed, "modules": sorted(sys.modules)}}))
"""


@pytest.fixture(scope="module")
def model(root: Path) -> str:
    newest = get_latest_model(str(root / "models"))
    assert newest, "make train"
    return newest


def run(code: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths)), "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-W", "ignore", "-c", code]
    with tempfile.TemporaryFile("w+") as output:  # TensorFlow's process cuts off what a full pipe does not take at once
        finished = subprocess.run(command, env=environment, stdout=output, stderr=subprocess.PIPE, text=True)
        output.seek(0)
        finished.stdout = output.read()
    return finished


def last_line(finished: subprocess.CompletedProcess[str]) -> str:
    assert finished.returncode == 0, finished.stderr[-3000:]
    return finished.stdout.strip().splitlines()[-1]


def with_component(model: str, component: str, archive: Path) -> str:
    """The model's description, with another class in place of its entity extractor; returns the archive."""
    with tarfile.open(model) as whole:
        stored = whole.extractfile("metadata.json")
        assert stored is not None
        content = json.load(stored)
    (node,) = (node for name, node in content["predict_schema"]["nodes"].items() if "WalletEntityExtractor" in name)
    node["uses"] = component
    changed = json.dumps(content).encode()
    entry = tarfile.TarInfo("metadata.json")
    entry.size = len(changed)
    with tarfile.open(archive, "w:gz") as written:
        written.addfile(entry, BytesIO(changed))
    return str(archive)


def test_a_lean_process_understands_the_same_without_tensorflow(model: str, root: Path) -> None:
    lean = json.loads(last_line(run((INSTALL + PARSE).format(model=model), root)))
    full = json.loads(last_line(run(PARSE.format(model=model), root)))
    assert lean["parsed"] == full["parsed"]
    assert lean["parsed"]["intent"]["name"] == "top_up_arrival"
    heavy = {"tensorflow", "keras", "jax", "sklearn", "matplotlib", "skops", "h5py"}
    assert heavy & set(full["modules"]), "nothing is left out: is lean mode still needed?"
    assert not heavy & set(lean["modules"])


NEEDING = {
    "rasa.nlu.classifiers.diet_classifier.DIETClassifier": "DIETClassifier",
    "rasa.core.policies.ted_policy.TEDPolicy": "TEDPolicy",
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer.LanguageModelFeaturizer": "tensorflow",
    "rasa.nlu.extractors.crf_entity_extractor.CRFEntityExtractor": "rasa.nlu.test",
    "with_tensorflow.Component": "tensorflow",
}


def test_a_model_that_needs_what_is_left_out_is_refused(model: str, root: Path, tmp_path: Path) -> None:
    (tmp_path / "with_tensorflow.py").write_text("import tensorflow\nclass Component: ...\n")
    models = [with_component(model, name, tmp_path / f"{i}.tar.gz") for i, name in enumerate(NEEDING)]
    code = INSTALL + (
        "from kefu.launch.errors import LaunchError\n"
        "import json\nsaid = []\n"
        f"for model in {models}:\n"
        "    try:\n        lean.check(Path(model))\n"
        "    except LaunchError as error:\n        said.append(str(error))\n"
        "print(json.dumps(said))"
    )
    said = json.loads(last_line(run(code.format(model=model), root, tmp_path)))
    assert [named in line for named, line in zip(NEEDING.values(), said, strict=True)] == [True] * len(NEEDING), said


def test_a_refused_model_stops_the_start(model: str, root: Path, tmp_path: Path) -> None:
    needing = with_component(model, next(iter(NEEDING)), tmp_path / "model.tar.gz")
    finished = run(INSTALL.format(model=needing) + "print('goes on')", root)
    assert finished.returncode == 1
    assert "LaunchError: KEFU_LEAN=1" in finished.stderr
    assert "goes on" not in finished.stdout


def test_a_model_that_is_half_written_is_refused(model: str, root: Path, tmp_path: Path) -> None:
    (tmp_path / "half.tar.gz").write_bytes(Path(model).read_bytes()[:10_000])
    finished = run(INSTALL.format(model=str(tmp_path)), root)
    assert finished.returncode == 1
    assert "LaunchError: 读不了" in finished.stderr


def test_it_is_refused_after_the_modules_were_imported(model: str, root: Path) -> None:
    finished = run("import jieba.finalseg\n" + INSTALL.format(model=model), root)
    assert finished.returncode == 1
    assert "太晚" in finished.stderr


def test_what_is_left_out_may_be_named_but_not_used(model: str, root: Path) -> None:
    code = INSTALL + (
        "import rasa.core.run\n"
        "from pymongo import MongoClient\n"
        "from rasa.nlu.classifiers.diet_classifier import DIETClassifier\n"
        "class Own(DIETClassifier):\n    def mine(self) -> MongoClient: ...\n"
        "def training():\n    from rasa.model_training import train\n"
        "for use in (MongoClient, Own, lambda: DIETClassifier.load, lambda: Own.get_default_config(), training):\n"
        "    try:\n        use()\n"
        "    except lean.LeanError as error:\n        print(error)\n"
        "    else:\n        raise SystemExit('used')\n"
    )
    finished = run(code.format(model=model), root)
    assert last_line(finished) == "rasa.model_training is left out in lean mode; start without KEFU_LEAN=1"
    assert finished.stdout.count("is left out in") == 5


SPARE = "from kefu.launch import lean; lean.spare()\n"


def test_a_serving_process_spares_what_no_model_here_needs(model: str, root: Path) -> None:
    spared = json.loads(last_line(run(SPARE + PARSE.format(model=model), root)))
    full = json.loads(last_line(run(PARSE.format(model=model), root)))
    assert spared["parsed"] == full["parsed"]
    unneeded = {
        *("jax.numpy", "jieba.finalseg.prob_emit", "prompt_toolkit.application", "pymongo.mongo_client"),
        "spacy.cli.debug_data",
    }
    assert unneeded <= set(full["modules"]), "Rasa imports them no more: they need not be spared"
    assert not unneeded & set(spared["modules"])
    assert "tensorflow" in spared["modules"]
    assert not {"skops", "torch", "transformers"} & set(full["modules"]), "the model imports more than it uses"


def test_words_are_guessed_where_somebody_wants_it(root: Path) -> None:
    guess = "import jieba; print('/'.join(jieba.cut('他来到了网易杭研大厦')))"
    assert last_line(run(SPARE + guess, root)) == "他/来到/了/网易/杭研/大厦"


def test_whoever_asks_for_jax_hears_that_it_is_not_there(root: Path) -> None:
    ask = "import importlib.util; print(importlib.util.find_spec('jax'))"
    assert last_line(run(SPARE + ask, root)) == "None"


def test_an_error_at_the_start_shows_itself(root: Path) -> None:
    """Rasa names MongoDB's errors where it catches those of any store."""
    code = SPARE + (
        "from rasa.core.tracker_store import TrackerStore\n"
        "from rasa.utils.endpoints import EndpointConfig\n"
        "TrackerStore.create(EndpointConfig(type='SQL', dialect='nonsense'))\n"
    )
    assert "NoSuchModuleError" in run(code, root).stderr.strip().splitlines()[-1]
