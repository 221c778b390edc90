"""Node, and the packages of package.json, installed once for a machine, outside of the project."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STATIC = HERE.parents[1] / "src" / "partway" / "web" / "static"
PACKAGES = HERE / "package.json"


def packages() -> Path:
    """The folder node_modules. Where it cannot be had the test is skipped, or fails if that is CI."""
    pinned = hashlib.sha256(PACKAGES.read_bytes()).hexdigest()[:12]
    cached = Path(tempfile.gettempdir()) / f"partway-web-client-{pinned}"
    if not cached.exists():
        npm = shutil.which("npm")
        if npm is None or shutil.which("node") is None:
            missing("Node and npm are not there")
        fresh = Path(tempfile.mkdtemp(prefix="partway-web-client-"))
        shutil.copy(PACKAGES, fresh)
        command = [str(npm), "install", "--no-audit", "--no-fund", "--no-package-lock"]
        done = subprocess.run(command, cwd=fresh, capture_output=True, text=True, timeout=110, check=False)  # noqa: S603
        if done.returncode:
            shutil.rmtree(fresh)
            missing(f"npm has not installed the packages: {done.stderr[-500:]}")
        try:
            fresh.rename(cached)
        except OSError:  # another worker was faster
            shutil.rmtree(fresh)
    return cached / "node_modules"


def missing(reason: str) -> None:
    """Skip the test, or fail if that is CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def workspace(folder: Path) -> Path:
    """Put the client, its tests and what they need side by side in a folder, as a page has them."""
    (folder / "node_modules").symlink_to(packages(), target_is_directory=True)
    for file in [*STATIC.iterdir(), *HERE.glob("*.mjs"), *HERE.glob("*.ts"), *HERE.glob("*.tsx"), *HERE.glob("*.json")]:
        shutil.copy(file, folder)
    return folder


def ran(folder: Path, *command: str, **environment: str) -> str:
    """Run a program in a workspace; what it prints. It fails with that if the program does."""
    tool, *rest = command
    installed = folder / "node_modules" / ".bin" / tool
    program = str(installed) if installed.exists() else shutil.which(tool)
    if program is None:
        missing(f"{tool} is not there")
    done = subprocess.run(  # noqa: S603  # our own commands
        [str(program), *rest],
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
