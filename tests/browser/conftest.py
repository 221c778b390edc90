"""A real browser, without a network beyond this machine. Where there is none the tests are skipped, and fail in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from needed import need

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREEN: dict[str, Any] = {"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce"}
PATIENCE = 10_000  # milliseconds until something that is awaited counts as never


@pytest.fixture(scope="module")
def demo() -> Iterator[Any]:
    need("starlette", "uvicorn", "httpx")
    from demo_server import served  # noqa: PLC0415  # it needs them

    from partway.web._demo import demo_app  # noqa: PLC0415

    with served(demo_app()) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    need("playwright")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        reason = f"there is no browser: none of {', '.join(BROWSERS)} is installed"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def context(browser: Any) -> Iterator[Any]:
    """What pages share that want nothing special: they open faster."""
    with browser.new_context(**SCREEN) as shared:
        yield shared


@pytest.fixture
def visit(browser: Any, context: Any, demo: Any) -> Iterator[Callable[..., Any]]:
    """Open pages; none of them may complain, or ask for something that is not the demo's own."""
    complaints: list[str] = []
    requests: list[str] = []

    def visit(address: str = "", *, quiet: bool = True, **wanted: Any) -> Any:
        own = stack.enter_context(browser.new_context(**{**SCREEN, **wanted})) if wanted else context
        page = stack.enter_context(own.new_page())
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if quiet:
            page.on("console", lambda message: complaints.append(message.text))
        page.goto(address or demo.url)
        return page

    with ExitStack() as stack:
        yield visit
    assert complaints == []
    assert {url for url in requests if not url.startswith(demo.url)} == set()
    demo.cuts.clear()
