"""The process that trains: `python -m kefu.launch.train_model FOLDER`; why it can't is said on stdout, in plain words.

Exit codes: 0 a model is in the folder; 1 something in the files is wrong, and stdout says what.
"""

import sys

from rasa.api import train
from rasa.engine.exceptions import GraphComponentException
from rasa.shared.exceptions import RasaException

from kefu.dialogue.rule_check import contradictions
from kefu.settings import ROOT


def main(folder: str) -> int:
    """Look for contradictions, then train into the folder."""
    found = contradictions()
    if found:
        print(*found, sep="\n")
        return 1
    try:
        train(
            domain=str(ROOT / "domain.yml"),
            config=str(ROOT / "config.yml"),
            training_files=[str(ROOT / "data")],
            output=folder,
        )
    except (RasaException, GraphComponentException) as error:
        print(_cause(error))
        return 1
    return 0


def _cause(error: BaseException) -> str:
    """What went wrong at the bottom: Rasa wraps it in the name of the component that was running."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).strip() or type(error).__name__


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
