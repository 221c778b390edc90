"""A log has one frame for each look, for any number of readers, wherever they are."""

from __future__ import annotations

import tracemalloc
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from partway import Extractor, MalformedJSONError, MismatchError, PartwayError, TruncatedJSONError, UsageError
from partway.patches import Change, Frame, Log, encoder, replay
from partway.patches._formats import FORMATS
from partway.patches._frame import merge


class Step(BaseModel):
    text: str
    minutes: int = Field(0, validation_alias="min", serialization_alias="duration")


class Recipe(BaseModel):
    title: str
    steps: list[Step] = []


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(validation_alias="nine", serialization_alias="lives_left")


class Home(BaseModel):
    pets: list[Annotated[Cat, Field()] | str] = []
    scores: dict[int, int] = {}
    more: list[tuple[int, Step]] = []


TEXT = '{"title": "Pancakes", "steps": [{"text": "Mix \\u00fc", "min": 3}, {"text": 5, "min": "x"}], "more": 1}'


def frames_of(tp: Any, deltas: list[str], *, keep: int = 256, **options: Any) -> tuple[Log, list[Frame]]:
    extractor: Extractor[Any] = Extractor(tp, **options)
    log = Log(extractor, keep=keep)
    frames: list[Frame] = []
    error: PartwayError | None = None
    try:
        for delta in deltas:
            extractor.feed(delta)
            frames += [frame for frame in [log.look()] if frame is not None]
        extractor.finish()
    except PartwayError as failed:
        error = failed
    return log, [*frames, log.end(error)]


def told(frame: Frame) -> tuple[Any, ...]:
    """What a reader knows behind a frame that came after everything before."""
    return frame.seq, frame.open_path, frame.status, frame.error


def test_frames_are_numbered_and_lead_to_the_value():
    log, frames = frames_of(Recipe, list(TEXT), json_only=True)
    assert [frame.seq for frame in frames] == list(range(1, len(frames) + 1))
    assert [frame.after for frame in frames] == list(range(len(frames)))
    assert replay(change for frame in frames for change in frame.changes) == log.value
    assert "".join(frame.text for frame in frames) == TEXT
    assert log.seq == len(frames)
    assert log.ended


def test_a_look_without_a_change_gives_nothing():
    extractor = Extractor(Recipe)
    log = Log(extractor)
    assert log.look() is None
    extractor.feed("Here it is: ")
    assert log.look() is None
    extractor.feed('{"title": "x')
    assert log.look() == Frame(
        1, 0, (Change("replace", (), {"title": "x"}),), text='{"title": "x', open_path=("title",)
    )
    assert log.look() is None


def test_what_may_be_prose_is_not_sent_as_text():
    log, frames = frames_of(Recipe, ['a {"b', '"} and {"ti', 'tle"', ': "x"}'])
    assert [frame.text for frame in frames if frame.text] == ['{"title"', ': "x"}']
    assert not any(frame.restarted for frame in frames)
    assert log.value == {"title": "x"}


def test_text_that_was_sent_and_is_given_up_is_told():
    _, frames = frames_of(Recipe, ['{"title": "one"', ", oops}", ' {"title": "two"}'])
    assert [frame.restarted for frame in frames] == [False, False, True, False]
    assert frames[2].text == merge(frames).text == '{"title": "two"}'
    assert merge(frames).restarted


def test_what_is_rejected_is_told_when_that_changes_under_the_names_of_the_value():
    text = (
        '{"pets": [{"kind": "cat", "nine": []}], "scores": {"07": "x", "q": 1}, "more": [[1, {"text": "", "min": []}]]}'
    )
    _, frames = frames_of(Home, list(text), json_only=True)
    said = [frame.rejected for frame in frames if frame.rejected is not None]
    assert said[-1] == (
        ("pets", 0, "lives_left"),
        ("scores", "7"),
        ("scores",),  # a key that is none makes the whole not fit
        ("more", 0, 1, "duration"),
    )
    assert [len(paths) for paths in said] == [1, 2, 3, 4]


def test_what_is_no_longer_rejected_is_told():
    _, frames = frames_of(Recipe, list('{"title": 1, "title": "x"}'), json_only=True)
    assert [frame.rejected for frame in frames if frame.rejected is not None] == [(("title",),), ()]


# An answer, its error, where that is, and what is left open
ENDINGS: list[tuple[str, type[PartwayError], list[str | int], tuple[str | int, ...]]] = [
    ('{"title": "x", "steps": [{"min": "y"', TruncatedJSONError, ["steps", 0], ("steps", 0)),
    ('{"title": "x", "steps": [{"text": "y', TruncatedJSONError, ["steps", 0, "text"], ("steps", 0, "text")),
    ('{"title" "x"}', MalformedJSONError, ["title"], ("title",)),
    ('{"title": "x", "steps": [{"min": "y", "text": ""}]}', MismatchError, ["steps", 0, "duration"], ()),
]


@pytest.mark.parametrize(("text", "kind", "path", "left_open"), ENDINGS)
def test_the_last_frame_has_the_error_and_what_it_left_open(
    text: str, kind: type[PartwayError], path: list[str | int], left_open: tuple[str | int, ...]
):
    log, frames = frames_of(Recipe, list(text))
    last = frames[-1]
    assert (last.status, last.open_path) == ("error", left_open)
    assert last.error is not None
    assert (last.error["type"], last.error["path"]) == (kind.__name__, path)
    assert log.end() is last
    assert log.look() is None


def test_of_an_error_that_is_not_of_the_data_the_class_is_told():
    extractor = Extractor(Recipe)
    log = Log(extractor)
    assert log.end(ConnectionError("https://key@host")).error == {
        "type": "ConnectionError", "message": "the source failed", "path": []
    }  # fmt: skip


def test_the_result_is_held_against_the_value_in_the_end():
    log, frames = frames_of(Recipe, ['{"title": "x"'], json_only=True)
    assert frames[-1].status == "error"
    log, frames = frames_of(Recipe, ['{"title": "x"}'], json_only=True)
    assert frames[-1] == Frame(2, 1, open_path=None, status="complete")
    assert log.value == {"title": "x"}


# --- Readers


def test_a_reader_who_is_there_gets_the_very_frame():
    log, frames = frames_of(Recipe, list(TEXT), json_only=True)
    assert log.since(log.seq - 1) is frames[-1]
    assert log.since(log.seq) is None
    assert Log(Extractor(Recipe)).since(None) is None


@pytest.mark.parametrize("seq", [None, -1, 10**9, 3, True])
def test_one_who_is_new_or_late_or_wrong_gets_a_snapshot(seq: Any):
    log, frames = frames_of(Recipe, list(TEXT), keep=8, json_only=True)
    frame = log.since(seq)
    assert frame is not None
    assert (frame.snapshot, frame.after, frame.text) == (True, 0, TEXT)
    assert told(frame) == told(frames[-1])
    assert frame.changes == (Change("replace", (), log.value),)
    assert frame.rejected == (("steps", 1, "text"), ("steps", 1, "duration"))
    assert log.since(seq) is frame


@pytest.mark.parametrize("keep", [0, -1, True, 2.0])
def test_at_least_one_frame_is_kept(keep: Any):
    with pytest.raises(UsageError, match=r"^keep is how many frames are kept, at least 1, not "):
        Log(Extractor(Recipe), keep=keep)


@given(st.lists(st.integers(1, 4), max_size=60), st.integers(1, 12), st.booleans())
def test_frames_merged_in_any_way_say_the_same(sizes: list[int], keep: int, broken: bool):
    text = TEXT[:-1] + ", oops}" + ' {"title": "again", "steps": []}' if broken else TEXT
    extractor: Extractor[Any] = Extractor(Recipe)
    log = Log(extractor, keep=keep)
    value, seq, rejected, sent, waits = None, None, (), "", [*sizes]
    frame: Frame | None
    for character in [*text, None]:
        if character is None:
            log.end()
        else:
            extractor.feed(character)
            log.look()
        wait = waits.pop() if waits else 1
        if wait > 1 and character is not None:
            waits.append(wait - 1)
            continue
        frame = log.since(seq)
        if frame is None:
            continue
        value = replay(frame.changes, None if frame.snapshot else value)
        rejected = frame.rejected if frame.rejected is not None else rejected
        sent = frame.text if frame.snapshot or frame.restarted else sent + frame.text
        assert frame.snapshot or frame.after == (seq or 0)
        seq = frame.seq
        assert value == log.value
        fresh = log.since(None)
        assert fresh is not None
        assert (fresh.changes[0].value, fresh.open_path, fresh.status) == (value, frame.open_path, frame.status)
        assert (fresh.rejected, fresh.text) == (rejected, sent)
    assert seq == log.seq


def test_what_was_given_to_a_reader_does_not_change():
    extractor: Extractor[Any] = Extractor(Recipe, json_only=True)
    log = Log(extractor)
    kept: list[tuple[Frame, str]] = []
    for character in TEXT:
        extractor.feed(character)
        if log.look() is not None:
            for seq in (None, log.seq - 1, 0):
                frame = log.since(seq)
                assert frame is not None
                kept.append((frame, repr(frame)))
    assert all(repr(frame) == written for frame, written in kept)


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("text", "vercel-ui", "ag-ui-tool")])
def test_a_snapshot_is_encoded_as_it_was_however_much_later(name: Any):
    extractor: Extractor[Any] = Extractor(Recipe, json_only=True)
    log = Log(extractor)
    extractor.feed('{"title": "Pan')
    log.look()
    snapshot = log.since(None)
    assert snapshot is not None
    extractor.feed('cakes"')
    log.look()
    assert "cakes" not in "".join(message.data for message in encoder(name).encode(snapshot))


def test_the_memory_is_that_of_the_value_and_of_the_frames_kept():
    def peak(size: int) -> int:
        extractor: Extractor[Any] = Extractor(list[str], json_only=True)
        log = Log(extractor, keep=4)
        extractor.feed('["')
        tracemalloc.start()
        for _ in range(size):
            extractor.feed("abcd")
            log.look()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(8000) < peak(2000) + 8 * 4 * 6000  # the text itself, some times
