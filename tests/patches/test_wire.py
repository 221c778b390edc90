"""How many bytes go over the wire."""

from __future__ import annotations

import pytest
from benchmarks.wire import FRAMES, MOST, Weighed, framed

from partway.patches import Format, Message


@pytest.mark.parametrize(("name", "frames"), MOST)
def test_a_format_keeps_to_its_bytes(name: Format, frames: int):
    assert Weighed(name, frames).size <= MOST[name, frames]


def test_four_characters_cost_thirteen_bytes():
    assert len(framed(Message('"abcd"'), sse=True)) == 13
    assert 13 * 1000 < Weighed("partway", 1000).size < 13 * 1000 + 300  # the first, the last, and the numbers


@pytest.mark.parametrize("name", ["json-patch", "ag-ui", "vercel-data", "datastar"])
def test_formats_that_cannot_append_send_less_the_fewer_frames_there_are(name: Format):
    assert Weighed(name, 2 * FRAMES).size > 1.5 * Weighed(name, FRAMES).size
