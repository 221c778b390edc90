"""Any chunking, one story: how the text is cut decides only how finely `Appended` is sliced."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel
from story import joined, shape, tell, told
from strategies import CONTAINERS, MODELS, WRAPPINGS, Case, Even, Tree, cases, cuts, prose

from partway import stream
from partway._reader import BACKENDS
from partway.errors import PartwayError

if TYPE_CHECKING:
    from pathlib import Path


def full(story: Any) -> tuple[Any, ...]:
    """The whole story: what was told, how it ended, and what was left of it."""
    if story.error is None:
        return (story.joined, story.ending)
    left = (story.error.offset, story.error.path, story.error.message, shape(story.error.partial))
    return (story.joined, story.ending, *left)


def assert_one_story(tp: Any, text: str, *ways: list[str], **options: Any) -> None:
    whole = tell(tp, [text], **options)
    for deltas in (list(text), *ways):
        assert full(tell(tp, deltas, **options)) == full(whole), deltas


def assert_one_story_for_every_cut(tp: Any, text: str, **options: Any) -> None:
    assert_one_story(tp, text, *([text[:at], text[at:]] for at in range(1, len(text))), **options)


@given(cases(valid=None), st.data())
def test_a_document_alone_tells_one_story(case: Case, data: st.DataObject):
    assert_one_story(case.spec.tp, case.text, data.draw(cuts(case.text)), json_only=True)


@given(cases(valid=None), st.sampled_from(WRAPPINGS), st.data())
def test_a_wrapped_document_tells_one_story(case: Case, wrapping: Any, data: st.DataObject):
    text = wrapping.around(case.text)
    assert_one_story(case.spec.tp, text, data.draw(cuts(text)))


@given(cases(MODELS, valid=None), prose(), prose(), st.data())
def test_a_document_in_any_prose_tells_one_story(case: Case, before: str, after: str, data: st.DataObject):
    text = before + case.text + after
    assert_one_story(case.spec.tp, text, data.draw(cuts(text)))


@given(st.sampled_from([Even, Tree, list[int], dict[str, Any], Any, int, str]), prose(), st.data())
@example(Even, '{"number": 3} {"number": 2}', None)
@example(Even, '```json\n{"number": 3}\n```\n```json\n{"number": 2}\n```', None)
@example(Even, '{"number": 3} {"number": 5}', None)
@example(Even, '{"number": {"number": 2}}', None)
@example(Any, "[1] {", None)
def test_any_prose_tells_one_story(tp: Any, text: str, data: st.DataObject | None):
    assert_one_story(tp, text, data.draw(cuts(text)) if data else [text])


@given(cases(valid=None), st.data())
def test_broken_json_tells_one_story(case: Case, data: st.DataObject):
    at = data.draw(st.integers(0, len(case.text)))
    wrong = data.draw(
        st.sampled_from(['"', "}", "]", ",", ":", "x", "\\", "\n", "-", "0", "\x00", "e", ".", "NaN", "tru", "[", "{"])
    )
    gone = data.draw(st.integers(0, 2))
    text = case.text[:at] + wrong + case.text[at + gone :]
    assert_one_story(case.spec.tp, text, data.draw(cuts(text)), json_only=True)
    assert_one_story(case.spec.tp, text, data.draw(cuts(text)))


@given(cases(valid=None), st.data())
def test_a_text_cut_off_tells_one_story(case: Case, data: st.DataObject):
    text = case.text[: data.draw(st.integers(0, len(case.text)))]
    assert_one_story(case.spec.tp, text, data.draw(cuts(text)), json_only=True)


@given(cases(valid=None), st.booleans())
def test_every_backend_tells_the_same_story(case: Case, whole: bool):
    deltas = [case.text] if whole else list(case.text)
    stories = {name: full(tell(case.spec.tp, deltas, json_only=True, backend=name)) for name in BACKENDS}
    assert all(story == stories[BACKENDS[0]] for story in stories.values()), stories


EVEN = '{"number": 1e1, "note": "a\\"\\ud83d\\ude00\\n`é😀"}'


@pytest.mark.parametrize("wrapping", WRAPPINGS, ids=lambda wrapping: wrapping.name)
def test_every_two_way_cut_of_every_wrapping_tells_one_story(wrapping: Any):
    text = wrapping.around(EVEN)
    assert_one_story_for_every_cut(Even, text)
    assert tell(Even, [text]).result == Even(number=10, note='a"😀\n`é😀')


WRONG_FIRST = [
    '{"number": 3} and {"number": 2}',
    '{"number": "x", "note": "kept"} {"number": 2}',
    '```json\n{"number": 3}\n```\nno, rather\n```json\n{"number": 2}\n```\n',
    '```json\n{"number": 3, oops}\n```\n```json\n{"number": 2}\n```\n',
    '{curly} {"no": 1} {"number": 2}',
    '{"number": {"number": 5}} {"number": 2}',
    '{"number": "`{`" oops\n{"number": 2}',
    '```json\n{"number": 4\n```\n{"number": 2}',
    '<think>{"number": 8}</think>{"number": 2}',
    '~~~js\n{}\n~~~\n```json\n{"number": 2}\n```',
]


@pytest.mark.parametrize("text", WRONG_FIRST)
def test_every_two_way_cut_with_wrong_candidates_tells_one_story(text: str):
    assert_one_story_for_every_cut(Even, text)
    assert tell(Even, [text]).result == Even(number=2)


DOCUMENTS = [
    '{"a":[1,-2.5e+10,0,true,false,null,"x\\u00e9\\ud83d\\ude00\\\\"],"a.b":{"":[{}]},"a":{"b":[]}}',
    ' [ "\\/\\b\\f\\n\\r\\t" , 1E5 , 12345678901234567890123 , [[[]]] ] ',
    "123456789",
    "-0.0",
    '"only a \\"string\\""',
    "true",
    "null",
    "{}",
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("text", DOCUMENTS)
def test_every_two_way_cut_of_every_document_tells_one_story(text: str, backend: str):
    assert_one_story_for_every_cut(Any, text, json_only=True, backend=backend)
    assert shape(tell(Any, [text], json_only=True).result) == shape(json.loads(text))


BROKEN = [
    "[null[,null]]",
    '[true"x"]',
    "[false1]",
    "[null{}]",
    '["a\x00b"]',
    '["a\nb"]',
    '["ab\\x"]',
    '["ab\\u12g4"]',
    '["ab\\ud83dx"]',
    '["ab\\ude00"]',
    "[1, 1.]",
    "[1, 01]",
    "[1, -]",
    "[1, 1e]",
    "[1, tru]",
    "[1, nul",
    "[1, NaN]",
    "[1,]",
    "[,1]",
    "[1 2]",
    '[1"a"]',
    '["a" "b"]',
    '["a":1',
    '{"a":"b":12',
    '{"a",1',
    '{"a":1,tru',
    '{"a" 1}',
    '{"a":}',
    '{"a":1 "b":2}',
    '{"a":1,}',
    "{1:2}",
    '{"a":tru,"b":1}',
    '{"a":[}',
    '["a"]]',
    '["a"] x',
    "[1] 2",
    "nulll",
    "1 1",
    "\ufeff[]",
]


@pytest.mark.parametrize("tp", [Any, list[str | int | None], dict[str, Any] | list[Any]], ids=["any", "list", "union"])
@pytest.mark.parametrize("text", BROKEN)
def test_every_two_way_cut_of_broken_json_tells_one_story(text: str, tp: Any):
    assert_one_story_for_every_cut(tp, text, json_only=True)
    assert_one_story_for_every_cut(tp, "```json\n" + text + "\n```\n")


# ------------------------------------------------------------------------------------------ through stream()


@given(cases(CONTAINERS, valid=None), st.sampled_from(WRAPPINGS), st.data())
def test_bytes_cut_anywhere_tell_the_story_of_the_text(case: Case, wrapping: Any, data: st.DataObject):
    text = wrapping.around(case.text)
    raw = text.encode()
    points = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=9)))
    edges = [0, *points, len(raw)]
    pieces = [raw[a:b] for a, b in itertools.pairwise(edges)]
    expected = tell(case.spec.tp, [text])
    for source in (pieces, [raw[at : at + 1] for at in range(len(raw))]):
        telling = []
        error = None
        run = stream(source, case.spec.tp)
        try:
            telling.extend(told(event) for event in run.events())
        except PartwayError as caught:
            error = caught
        assert joined(telling) == expected.joined
        assert type(error) is type(expected.error)


@given(cases(CONTAINERS, valid=None), st.data())
def test_sync_and_async_tell_the_same_story(case: Case, data: st.DataObject):
    deltas = data.draw(cuts(case.text))

    async def source():
        for delta in deltas:
            yield delta

    async def run_async() -> tuple[list[Any], Any]:
        telling = []
        run = stream(source(), case.spec.tp)
        try:
            async for event in run.events():
                telling.append(told(event))  # noqa: PERF401 # what came before an error counts
        except PartwayError as error:
            return telling, type(error)
        return telling, shape(await run.result())

    def run_sync() -> tuple[list[Any], Any]:
        telling = []
        run = stream(iter(deltas), case.spec.tp)
        try:
            for event in run.events():
                telling.append(told(event))  # noqa: PERF401 # what came before an error counts
        except PartwayError as error:
            return telling, type(error)
        return telling, shape(run.result())

    assert asyncio.run(run_async()) == run_sync()


# ----------------------------------------------------------------------------------------- over recordings


class Survey(BaseModel):
    language: str
    frameworks: list[str]


def _transcript(corpus: Path) -> list[str]:
    blocks = (corpus / "transcripts" / "astreaming.md").read_text().split("```json\n")[1:]
    chunks = [json.JSONDecoder().raw_decode(block)[0] for block in blocks]
    found = (choice["delta"].get("content") for chunk in chunks for choice in chunk.get("choices", []))
    return [content for content in found if content]


def test_every_two_way_cut_of_the_transcript_tells_one_story(corpus: Path):
    text = "".join(_transcript(corpus))
    assert_one_story_for_every_cut(Survey, text)
    assert tell(Survey, [text]).result == Survey(language="javascript", frameworks=[])


def test_the_transcript_shows_the_language_after_chunk_2_and_the_frameworks_after_chunk_3(corpus: Path):
    story = tell(Survey, _transcript(corpus), snapshots=True)
    third, fourth = story.steps[2], story.steps[3]
    assert third.partial.language == "javascript"
    assert "frameworks" not in third.partial.model_fields_set
    assert fourth.partial.frameworks == []


def _tool_arguments(corpus: Path) -> dict[str, list[str]]:
    """The arguments of every tool call in the recordings of chat completions, as they were cut."""
    found: dict[str, list[str]] = {}
    for file in sorted((corpus / "vercel-ai").rglob("*.chunks.txt")):
        for line in file.read_text().splitlines():
            try:
                chunk = json.loads(line)
                calls = chunk["choices"][0]["delta"].get("tool_calls") or []
            except (ValueError, LookupError, TypeError):
                continue
            for call in calls:
                name = f"{file.parent.name}/{file.name} {call.get('index', 0)}"
                found.setdefault(name, []).append(call.get("function", {}).get("arguments") or "")
    return {name: pieces for name, pieces in found.items() if "".join(pieces)}


def test_every_two_way_cut_of_recorded_tool_arguments_tells_one_story(corpus: Path):
    recorded = _tool_arguments(corpus)
    assert recorded
    for name, pieces in recorded.items():
        text = "".join(pieces)[:1500]
        assert_one_story(Any, text, pieces, json_only=True)
        step = max(1, len(text) // 100)
        for at in range(1, len(text), step):
            assert full(tell(Any, [text[:at], text[at:]], json_only=True)) == full(tell(Any, [text], json_only=True)), (
                name
            )
