"""Recordings are told apart by what they hold, and read into their chunks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from partway._recording import DEFAULT_CUT, Playback, read_recording
from partway.errors import UsageError
from partway.providers import deltas_of

EXAMPLES = Path(__file__).parents[1] / "examples"


def chunk(content: str | None) -> dict:
    return {"choices": [{"index": 0, "delta": {"content": content}}]}


def block(value: object, fence: str = "```") -> str:
    return f"## Chunk\n\n{fence}json\n{json.dumps(value, indent=2)}\n{fence}\n"


A, B = chunk("```"), chunk('{"a":\n')
USAGE = {"choices": [], "usage": {"total_tokens": 3}}
ERROR = {"error": {"message": "overloaded"}}
QUIZ = {"question": "2 + 2?", "choices": ["3", "4"]}

RECORDINGS = {
    "a transcript": (f"# T\n\n{block(A)}\n{block(B)}", [A, B]),
    "a transcript with tildes": (block(A, "~~~") + block(B, "~~~~"), [A, B]),
    "a transcript in CRLF": ((block(A) + block(B)).replace("\n", "\r\n"), [A, B]),
    "a transcript behind a byte order mark": ("\ufeff" + block(A), [A]),
    "a transcript whose last fence is missing": (block(A) + block(B).rstrip().rstrip("`"), [A, B]),
    "a transcript with its request and other code": (
        f"{block({'model': 'm'})}{block([1])}```python\n{{broken\n```\n{block(A)}{block(USAGE)}{block(ERROR)}",
        [A, USAGE, ERROR],
    ),
    "a transcript with JSON in a longer fence of another language": (f"````text\n{block(QUIZ)}````\n{block(A)}", [A]),
    "JSON lines of chunks": (f"{json.dumps(A)}\n{json.dumps(USAGE)}\n{json.dumps(ERROR)}\n", [A, USAGE, ERROR]),
    "JSON lines of deltas": ('"a"\n\n  "b\\n"\r\n"\\ud83d\\ude00"', ["a", "b\n", "\N{GRINNING FACE}"]),
    "JSON lines of both": (f'{json.dumps(A)}\n"b"', [A, "b"]),
    "JSON lines with a line separator in a string": ('"a\u2028b"\n"c"', ["a\u2028b", "c"]),
}


@pytest.mark.parametrize(("text", "chunks"), RECORDINGS.values(), ids=RECORDINGS)
def test_recordings_of_chunks(text, chunks):
    assert read_recording(text) == chunks


RAW = {
    "nothing": "",
    "prose": "no JSON here",
    "prose about data": "The data: {1, 2}",
    "prose that begins in quotes": '"Sure!"\nHere it is:\n{"a": 1}',
    "a document": '{\n  "a": 1\n}\n',
    "a document on one line": '{"a": 1}',
    "a document that has choices": json.dumps(QUIZ),
    "several documents": '{"a": 1}\n{"b": 2}\n',
    "a fenced answer": f"Here you are:\n\n{block({'language': 'x'})}",
    "a fenced answer that is broken": '```json\n{"a": 1,\n```\n',
    "a fenced answer that has choices": block(QUIZ),
    "a fenced answer in an inline fence": '```json```\n```\n{"a": 1}\n```',
    "Windows line ends": '{\r\n"a": 1\r\n}',
    "deep nesting": "[" * 100_000,
}


@pytest.mark.parametrize("text", RAW.values(), ids=RAW)
@pytest.mark.parametrize("cut", [None, 1, 3, 1000])
def test_everything_else_is_text_cut_in_equal_pieces(text, cut):
    pieces = read_recording(text, cut=cut)
    assert "".join(pieces) == text
    assert all(len(piece) == (cut or DEFAULT_CUT) for piece in pieces[:-1])
    assert all(pieces)


UNREADABLE = {
    "a broken line": (f'{json.dumps(A)}\n\n{{"choices": [}}\n', "rec, line 3, column 14: a chunk should stand here"),
    "a line cut off": (f'{json.dumps(A)}\n{{"choices"', "rec, line 2, column 11: a chunk should stand here"),
    "a line that holds no chunk": (f"{json.dumps(A)}\n[1]", "rec, line 2: a chunk is an object or a string, and this"),
    "a string cut off": ('"a"\n"b"\n"c" \n"d"\n{}\n"e', "rec, line 6, column 1: a chunk should stand here"),
    "a broken block": (f'{block(A)}```json\n{{\n  "choices": oops\n}}\n```', "rec, line 17, column 14: a chunk"),
    "a block cut off": (block(A) + "```json\n{", "rec, line 16, column 2: a chunk"),
    "server-sent events": (f"\n\ndata: {json.dumps(A)}\n\n", "rec holds server-sent events: keep the JSON behind each"),
    "named events": ('event: message_start\r\ndata: {"type": "message_start"}\r\n', "rec holds server-sent events"),
    "a line nested too deep": (f"{json.dumps(A)}\n{'[' * 100_000}", "rec, line 2: this chunk cannot be read as JSON"),
}


@pytest.mark.parametrize(("text", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_recordings_say_where(text, message):
    with pytest.raises(UsageError) as error:
        read_recording(text, "rec")
    assert str(error.value).startswith(message)


def test_only_raw_text_is_cut():
    with pytest.raises(UsageError, match=r"^rec holds chunks, which have cuts of their own"):
        read_recording(json.dumps(A), "rec", cut=2)
    with pytest.raises(UsageError, match=r"^cut is 0: "):
        read_recording("text", cut=0)


@pytest.mark.parametrize("text", ["`" * 1_000_000, "```json\n" * 100_000, "~~~ json\n{\n" * 100_000, '"\n' * 300_000])
@pytest.mark.timeout(20)
def test_work_is_linear(text):
    assert "".join(read_recording(text)) == text


LANGUAGE = ["```", 'json\n{\n  "language":', ' "javascript",\n  "frameworks":', " []\n}\n```"]


def test_the_example_has_the_deltas_of_the_transcript():
    chunks = read_recording((EXAMPLES / "language.md").read_text("utf-8"))
    assert len(chunks) == 6
    assert [delta for part in chunks for delta in deltas_of(part)] == LANGUAGE
    assert chunks[-1]["usage"]


def test_the_transcript_in_the_corpus(corpus):
    chunks = read_recording((corpus / "transcripts" / "astreaming.md").read_text("utf-8"))
    assert [part["choices"][0]["delta"]["content"] for part in chunks] == [*LANGUAGE, None, None]


def test_the_long_example_is_long_and_cut_unkindly():
    chunks = read_recording((EXAMPLES / "expedition.jsonl").read_text("utf-8"))
    deltas = [delta for part in chunks for delta in deltas_of(part)]
    assert len(chunks) >= 120
    ends = "\n".join(deltas)
    for cut in (
        "`\n`\n`js\non",  # inside the fence and its info string
        "\\\nud\n83c\n\\ud\nf0a",  # inside escapes and between the halves of a pair
        "1\n.48\n25075\ne\n5",
        "-\n21\n.942\n6",
        "t\nr\nue",
        "nul\nl",
        "\\\n\\d",  # inside an escaped backslash
        "\n\u200d\n",  # around the joiner of an emoji
    ):
        assert cut in ends, cut


def test_a_recording_is_played_at_a_pace_and_says_which_chunk_came_last(monkeypatch):
    told = []
    monkeypatch.setattr("partway._recording.time.sleep", told.append)
    source = Playback([A, B, A], 0.5, lambda: told.append(source.number))
    assert source.number == -1
    assert list(source) == [A, B, A]
    assert told == [0, 0.5, 1, 0.5, 2], "nothing is waited for in front of the first"
