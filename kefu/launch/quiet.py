"""Rasa's pinned libraries warn about each other at import: 45 lines that nobody who starts the product can act on."""

import warnings


def without_deprecations() -> None:
    """Show no deprecations from here on; to be called before Rasa is imported.

    PYTHONWARNINGS alone does not do: Sanic switches them on again when it is imported.
    """
    import sanic  # noqa: F401 - its filter first, then ours goes before it

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    import packaging.requirements  # noqa: F401 - Rasa imports it after it has switched user warnings on, and these are
