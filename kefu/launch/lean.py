"""KEFU_LEAN=1: serve without what the model does not use, above all TensorFlow; never for training.

Rasa imports TensorFlow, scikit-learn, matplotlib, MongoDB's and AWS's clients whatever the configuration says. In
lean mode the modules that pull them in are stand-ins: they can be imported, named in annotations and subclassed, and
refuse loudly to be used. Nothing of Rasa that is used in serving our kind of model is replaced.

Without KEFU_LEAN=1 `spare` leaves out only what no model needs that could be served here: clients of foreign stores and
channels, what talks to a terminal, 45 MB of jieba's tables until somebody asks for them, and JAX, 65 MB, which
TensorFlow only looks for.
"""

import json
import sys
import tarfile
from abc import ABCMeta
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

from kefu.launch.errors import LaunchError

# Modules that are stand-ins, and why they are imported at all.
STAND_INS = frozenset(
    {
        # TensorFlow and scikit-learn, from the base class of all entity extractors (rasa.utils.train_utils)
        "rasa.utils.tensorflow.callback",
        "rasa.utils.tensorflow.data_generator",
        "rasa.utils.tensorflow.model_data",
        # TensorFlow, from the validator that stands in the training graph of every stored model
        "rasa.core.policies.ted_policy",
        "rasa.core.policies.unexpected_intent_policy",
        "rasa.nlu.classifiers.diet_classifier",
        "rasa.nlu.selectors.response_selector",
        # scikit-learn and matplotlib, from the HTTP API's evaluation
        "rasa.nlu.test",
        "rasa.utils.plotting",
        # 45 MB of tables for words that are not in the dictionary; kefu.nlu.segmenter does not guess words
        "jieba.finalseg",
    }
)
# Left out by `spare` as well. Whole packages: stores and channels that we do not have, questions in a terminal, the
# languages that spaCy knows by name; modules: spaCy's command line.
STAND_IN_PACKAGES = frozenset(
    {"aiogram", "boto3", "bson", "langcodes", "prompt_toolkit", "pymongo", "questionary", "slack_sdk", "webexteamssdk"}
)
SPARED_MODULES = frozenset({"spacy.cli", "spacy.cli.info"})
# Not there at all, for whoever can do without (thinc) and to stop whoever cannot.
ABSENT = frozenset({"h5py", "jax", "keras", "rasa.model_training", "tensorflow"})


class LeanError(ImportError):
    """Something is used that is left out."""

    def __init__(self, what: str) -> None:
        is_spared = what.partition(".")[0] in STAND_IN_PACKAGES or what.startswith("spacy.cli")
        how = "start with plain `rasa run`" if is_spared else "start without KEFU_LEAN=1"
        super().__init__(f"{what} is left out in {'serving' if is_spared else 'lean mode'}; {how}")


class _Refusing(ABCMeta):
    """Class of the classes in stand-ins: there, and of no use."""

    def __call__(cls, *_: Any, **__: Any) -> Any:
        raise LeanError(f"{cls.__module__}.{cls.__qualname__}")

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise LeanError(f"{cls.__module__}.{cls.__qualname__}.{name}")


class _StandIn(ModuleType):
    """A module in which every name is a class that refuses to be used; errors can be caught, and never come."""

    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        is_error = name.endswith(("Error", "Exception", "Failure"))
        made = (type if is_error else _Refusing)(name, (Exception,) if is_error else (), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


class _Finder(MetaPathFinder, Loader):
    """Comes before Python's own finders."""

    def __init__(self, stand_ins: frozenset[str], packages: frozenset[str], absent: frozenset[str]) -> None:
        """A finder for modules and whole packages that are stand-ins, and for what is not there at all."""
        self._stand_ins, self._packages, self._absent = stand_ins, packages, absent

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """A stand-in's specification; None where the module is left to Python."""
        package = name.partition(".")[0]
        if name in self._absent or package in self._absent:
            raise LeanError(name)
        is_stand_in = name in self._stand_ins or package in self._packages
        return ModuleSpec(name, self, is_package=True) if is_stand_in else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty stand-in."""
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing in it."""


class _Postponing(MetaPathFinder):
    """Has jieba's tables read when somebody guesses words, which our segmenter does not."""

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module, to be run at its first use."""
        found = PathFinder.find_spec(name, path) if name == "jieba.finalseg" else None
        if found is not None and found.loader is not None:
            found.loader = LazyLoader(found.loader)
        return found


def install(models: Path) -> None:
    """Switch to lean mode; to be called before anything imports Rasa.

    Args:
        models: a model, or a folder whose newest is served.

    Raises:
        LaunchError: it is too late, or the model needs what would be left out.
    """
    loaded = sorted(name for name in (*STAND_INS, *SPARED_MODULES, *STAND_IN_PACKAGES, *ABSENT) if name in sys.modules)
    if loaded:
        raise LaunchError(f"KEFU_LEAN=1:{'、'.join(loaded)} 已经载入,太晚了;lean.install() 要放在 import rasa 之前")
    sys.meta_path.insert(0, _Finder(STAND_INS | SPARED_MODULES, STAND_IN_PACKAGES, ABSENT))
    check(models)


def spare() -> None:
    """Leave out what no served model needs; to be called before anything imports Rasa."""
    sys.modules["jax"] = None  # type: ignore[assignment]  # as if it were not installed
    sys.meta_path.insert(0, _Finder(SPARED_MODULES, STAND_IN_PACKAGES, frozenset()))
    sys.meta_path.insert(0, _Postponing())


def check(models: Path) -> None:
    """Raise LaunchError where the model that will be served needs something that lean mode leaves out."""
    from rasa.engine.exceptions import GraphSchemaException
    from rasa.engine.storage.storage import ModelMetadata
    from rasa.exceptions import ModelNotFound
    from rasa.model import get_local_model

    try:
        model = get_local_model(str(models))
        with tarfile.open(model, "r:gz") as archive:  # Rasa would write out all of it for this
            described = json.load(archive.extractfile("metadata.json") or BytesIO())
        schema = ModelMetadata.from_dict(described).predict_schema
    except ModelNotFound:
        return  # Rasa says so itself
    except (EOFError, tarfile.TarError, OSError, KeyError, json.JSONDecodeError) as error:
        raise LaunchError(f"读不了 {models} 里最新的模型:{error}") from error
    except (ImportError, GraphSchemaException) as error:
        raise LaunchError(f"KEFU_LEAN=1:模型用到了省掉的部分:{error.__cause__ or error}") from error
    for name, node in schema.nodes.items():
        missing = _stand_ins_behind(node.uses)
        if missing:
            raise LaunchError(
                f"KEFU_LEAN=1:模型的 {name} 要用 {'、'.join(missing)};去掉 KEFU_LEAN,或从 config.yml 去掉它"
            )


def _stand_ins_behind(component: type) -> list[str]:
    """Stand-ins that a component is, comes from, or has in the modules in which it is written."""
    if isinstance(component, _Refusing):
        return [f"{component.__module__}.{component.__qualname__}"]
    found = set()
    for ancestor in component.__mro__:
        names = vars(sys.modules[ancestor.__module__]).values()
        found |= {f"{value.__module__}.{value.__qualname__}" for value in names if isinstance(value, _Refusing)}
        found |= {value.__name__ for value in names if isinstance(value, _StandIn)}
    return sorted(found)
