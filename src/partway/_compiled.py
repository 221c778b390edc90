"""What the core says to mypyc, by which it may be compiled; nothing in plain Python.

The modules that wait for each other with every delta can be compiled from the same source (`docs/design.md` says
which, and how). mypyc knows its decorators by the names that `mypy_extensions` gives them, which is not there at run
time: whoever only runs the code needs no tool of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

__all__ = ["mypyc_attr"]

if TYPE_CHECKING:
    from mypy_extensions import mypyc_attr
else:

    def mypyc_attr(**_: object) -> Callable[[type], type]:
        """Tell mypyc of a class."""
        return lambda cls: cls
