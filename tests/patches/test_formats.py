"""A format has a name, and options of its own."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from partway import UsageError
from partway.patches import Format, encoder
from partway.patches._formats import FORMATS

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("xml", {}, f"there is no format 'xml': it is one of {', '.join(get_args(Format))}"),
    ("text", {"name": "x"}, "the format 'text' has no option 'name': it has none"),
    ("datastar", {"name": "x"}, "the format 'datastar' has no option 'name': it has signal"),
]  # fmt: skip


def test_each_name_has_an_encoder():
    assert list(get_args(Format)) == list(FORMATS)
    for name in FORMATS:
        made: Any = encoder(name)  # type: ignore[arg-type]  # it is one
        assert made.sse == (made.media_type == "text/event-stream")
        assert isinstance(dict(made.headers), dict)


@pytest.mark.parametrize(("name", "options", "message"), REFUSED)
def test_what_there_is_not_is_refused(name: Any, options: dict[str, Any], message: str):
    with pytest.raises(UsageError) as refused:
        encoder(name, **options)
    assert str(refused.value) == message
