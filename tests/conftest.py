"""What all tests share: how hard hypothesis tries, and where the corpus is.

`HYPOTHESIS_PROFILE=thorough` tries sixteen times as hard, `raw` shows failures at once without making them small.
With `CI=true` the same examples run every time.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "default",
    max_examples=25,
    deadline=None,  # a deadline measures the machine
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],  # to explain takes longer than to find
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=400)
settings.register_profile("raw", settings.get_profile("thorough"), phases=[Phase.explicit, Phase.generate])
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")
settings.load_profile(PROFILE)

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"

TRIED = {"conformance", "faults", "fuzz", "properties"}
"""Folders of tests that try much. What they reach by the way is not covered by a case: no coverage is taken of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the profiles that try harder the time they need, and keep coverage to the tests that have cases."""
    for item in items:
        if PROFILE != "default":
            item.add_marker(pytest.mark.timeout(1800))
        if item.path.parent.name in TRIED:
            item.add_marker(pytest.mark.no_cover)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Have the mark `no_cover` hold in a worker of xdist too, where pytest-cov stops one of two tracers."""
    tracer = sys.gettrace()
    if item.get_closest_marker("no_cover"):
        sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


def pytest_collection_finish() -> None:
    """Keep what stays to the end out of every garbage collection: modules, and thousands of tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The recordings and test data beside the project, read in place."""
    if not CORPUS.is_dir():
        pytest.skip(f"the corpus is not at {CORPUS}")
    return CORPUS


@pytest.fixture
def modules_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what naming a model does, which adds to where modules are found, and imports some."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "modules", {**sys.modules})
