"""What the figures depend on: the machine, the versions, and whether partway's core is compiled."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass, field
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import ijson

from benchmarks import contenders, node
from benchmarks.peers import MissingError
from partway import _reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.readme import Core


@dataclass(frozen=True)
class Environment:
    """What is told beside the figures."""

    core: Core
    """Whether the core is compiled."""
    facts: Mapping[str, str]
    """What else there is, by name."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of those who were measured, by name."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """Who was left out, and why."""


def core() -> Core:
    """Say whether the core is compiled."""
    return "compiled" if str(_reader.__file__).endswith(tuple(EXTENSION_SUFFIXES)) else "pure Python"


def here(names: tuple[str, ...]) -> Environment:
    """Look at this machine, and at who of these is on it."""
    facts = {
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "partway": f"{version('partway')}, its core {core()}",
        "ijson": f"{version('ijson')}, backend {ijson.backend_name}",
        "pydantic": f"{version('pydantic')}, pydantic-core {version('pydantic-core')}",
        "Node": _node(),
    }
    return Environment(core(), facts, contenders.versions(names), contenders.missing(names))


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        told = ""
    named = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return named[1] if named else platform.processor() or "an unknown one"


def _node() -> str:
    try:
        return node.version()
    except MissingError as error:
        return str(error)
