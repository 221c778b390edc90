"""What some tests need and not every machine has: without it they are skipped and say so, and in CI they fail."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest


def need(*packages: str) -> None:
    """Go on if these packages can be imported."""
    for package in packages:
        if find_spec(package) is None:
            reason = f"{package} is not installed"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
