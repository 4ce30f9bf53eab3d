"""What the servers of a benchmark are started with."""

import pytest

from bench.sides import bare_environment


def test_the_shells_settings_of_the_product_and_of_pythons_cache_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_LEAN", "1")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    found = bare_environment()
    assert found["PYTHONPATH"] == "/somewhere"
    assert not {"KEFU_LEAN", "PYTHONDONTWRITEBYTECODE"} & found.keys()
