"""What is on the page, as a test asks for it."""

from __future__ import annotations

from typing import Any

_TEXTS = """() => Object.fromEntries(
  [...document.querySelectorAll('#object [data-kind=text]')]
    .filter((place) => !place.closest('[aria-hidden=true]'))
    .map((place) => [place.dataset.path, place.querySelector('.ink').textContent])
)"""
_STATES = """() => Object.fromEntries(
  [...document.querySelectorAll('#object .place')]
    .filter((place) => !place.closest('[aria-hidden=true]'))
    .map((place) => [place.dataset.path, place.dataset.state])
)"""


def texts(page: Any) -> dict[str, str]:
    """The texts of the object, by the path of their place."""
    return dict(page.evaluate(_TEXTS))


def states(page: Any) -> dict[str, str]:
    """How far each place of the object has come."""
    return dict(page.evaluate(_STATES))


def tape(page: Any) -> str:
    """The deltas on the page, one after the other."""
    return str(page.evaluate("() => [...document.querySelectorAll('.delta')].map((one) => one.textContent).join('')"))


def until_given(page: Any, number: int) -> None:
    """Wait until so many deltas are on the page."""
    page.wait_for_function("(number) => document.getElementById('given').textContent === String(number)", arg=number)


def until_writing(page: Any, path: str) -> None:
    """Wait until the page says that a place is being written."""
    page.wait_for_function("(path) => document.getElementById('where').textContent === path", arg=path)


def until_status(page: Any, title: str) -> None:
    """Wait until the page says how the replay is."""
    page.wait_for_function("(title) => document.getElementById('status').textContent === title", arg=title)


def until_text(page: Any, path: str, text: str) -> None:
    """Wait until a place holds a text."""
    page.wait_for_function(
        "([path, text]) => document.querySelector(`[data-path='${path}'] .ink`)?.textContent === text", arg=[path, text]
    )


def strings(value: Any, path: str = "") -> dict[str, str]:
    """The strings in a JSON value, by the path of their place."""
    if isinstance(value, str):
        return {path: value}
    if isinstance(value, list):
        return {at: text for index, one in enumerate(value) for at, text in strings(one, f"{path}[{index}]").items()}
    if isinstance(value, dict):
        inner = ((f"{path}.{key}" if path else key, one) for key, one in value.items())
        return {at: text for place, one in inner for at, text in strings(one, place).items()}
    return {}
