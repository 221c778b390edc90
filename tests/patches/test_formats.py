"""A format has a name, and options of its own."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streams import ANEW, DELTAS, TEXT, Recipe

from partway import Extractor, UsageError
from partway.patches import Encoder, Format, Frame, Log, encoder
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


# Formats that send the text itself, which cannot be taken back: what of it a message carries.

TEXTS: dict[Any, Any] = {
    "text": lambda data: data,
    "ag-ui-tool": lambda data: json.loads(data).get("delta", ""),
    "vercel-ui": lambda data: json.loads(data).get("inputTextDelta", "") if data != "[DONE]" else "",
}


def text_of(name: Any, write: Encoder, frame: Frame | None) -> str:
    return "" if frame is None else "".join(TEXTS[name](message.data) for message in write.encode(frame))


@pytest.mark.parametrize("name", TEXTS)
@given(keep=st.integers(1, 4), looks=st.lists(st.booleans(), min_size=len(TEXT), max_size=len(TEXT)))
def test_a_client_that_falls_far_behind_gets_no_text_twice(name: Any, keep: int, looks: list[bool]):
    extractor: Extractor[Any] = Extractor(Recipe)
    log, write = Log(extractor, keep=keep), encoder(name)
    seq, got = None, ""
    for character, looked in zip(TEXT, looks, strict=True):
        extractor.feed(character)
        log.look()
        if looked and (frame := log.since(seq)) is not None:
            got, seq = got + text_of(name, write, frame), frame.seq
    extractor.finish()
    log.end()
    assert got + text_of(name, write, log.since(seq)) == TEXT


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("again", [False, True], ids=["the same connection", "another one"])
@pytest.mark.parametrize("keep", [1, 99], ids=["far behind", "behind"])
def test_text_that_was_given_up_is_followed_by_none(name: Any, again: bool, keep: int):
    extractor: Extractor[Any] = Extractor(Recipe)
    log, write = Log(extractor, keep=keep), encoder(name)
    extractor.feed(ANEW[0])
    assert text_of(name, write, log.look()) == ANEW[0]
    seq = log.seq
    for delta in (ANEW[1], *ANEW[2]):
        extractor.feed(delta)
        log.look()
    frame = log.since(seq)
    assert frame is not None
    if again:
        write = encoder(name)
    # Who comes back too late is shown the whole as if it came for the first time.
    assert text_of(name, write, frame) == (ANEW[2].strip() if again and frame.snapshot else "")


@pytest.mark.parametrize("name", ["ag-ui", "ag-ui-tool", "vercel-ui"])
def test_what_has_no_name_is_called_the_same_on_each_connection_of_a_run(name: Any):
    def names(log: Log, *, after: int | None = None) -> set[str]:
        frame = log.since(after)
        assert frame is not None
        written = [message.data for message in encoder(name).encode(frame) if message.data != "[DONE]"]
        said = [json.loads(data) for data in written]
        return {each[key] for each in said for key in ("threadId", "runId", "toolCallId") if key in each}

    logs = []
    for _ in range(2):
        extractor: Extractor[Any] = Extractor(Recipe)
        log = Log(extractor)
        for delta in DELTAS:
            extractor.feed(delta)
            log.look()
        extractor.finish()
        log.end()
        logs.append(log)
    for log in logs:
        assert names(log) == names(log)
        assert names(log, after=2) <= names(log)
    assert names(logs[0])
    assert not names(logs[0]) & names(logs[1])


@pytest.mark.parametrize("name", TEXTS)
def test_who_asks_before_the_next_look_gets_no_text_of_what_begins_anew(name: Any):
    extractor: Extractor[Any] = Extractor(Recipe)
    log, write = Log(extractor, keep=1), encoder(name)
    extractor.feed('{"title":"old')
    log.look()
    first = log.since(None)
    assert first is not None
    got = text_of(name, write, first)
    for character in "er and older":
        extractor.feed(character)
        log.look()
    extractor.feed('" oops {"title":"quite another, and longer than that')
    frame = log.since(first.seq)
    assert frame is not None
    assert frame.whole() == {"title": "older and older"}
    assert got + text_of(name, write, frame) == '{"title":"older and older'
