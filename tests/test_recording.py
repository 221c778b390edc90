"""Recordings are told apart by what they hold, and read into their chunks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from partway._inlet import Inlet
from partway._recording import DEFAULT_CUT, Playback, Recording, read_recording
from partway.errors import SourceError, UsageError
from partway.providers import CONTENT, Delta

EXAMPLES = Path(__file__).parents[1] / "examples"


def chunk(content: str | None) -> dict:
    return {"choices": [{"index": 0, "delta": {"content": content}}]}


def block(value: object, fence: str = "```") -> str:
    return f"## Chunk\n\n{fence}json\n{json.dumps(value, indent=2)}\n{fence}\n"


A, B = chunk("```"), chunk('{"a":\n')
USAGE = {"choices": [], "usage": {"total_tokens": 3}}
ERROR = {"error": {"message": "overloaded"}}
PING = {"type": "ping"}
QUIZ = {"question": "2 + 2?", "choices": ["3", "4"]}

HEAD = '{"partway": "recording", "version": 1, "began": "2031-06-14T12:00:00Z"}\n'


def line(at: float, **what: object) -> str:
    return json.dumps({"at": at, **what}) + "\n"


EVENT, NAMED = f"data: {json.dumps(A)}\n\n", 'event: x\r\nid: 7\r\ndata:{"type": "x"}\r\n\r\n'

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
    "JSON lines whose first line says nothing": (f"{json.dumps(PING)}\n{json.dumps(A)}\n", [PING, A]),
    "server-sent events": (EVENT + EVENT + "data: [DONE]\n\n", [EVENT, EVENT, "data: [DONE]\n\n"]),
    "server-sent events in CRLF, with names": (NAMED + NAMED, [NAMED, NAMED]),
    "server-sent events in CR": (EVENT.replace("\n", "\r") * 2, [EVENT.replace("\n", "\r")] * 2),
    "server-sent events behind a comment": (f": PROCESSING\n\n{EVENT}", [": PROCESSING\n\n", EVENT]),
    "server-sent events without their last blank line": (EVENT + NAMED.rstrip(), [EVENT, NAMED.rstrip()]),
    "JSON lines with a line separator in a string": ('"a\u2028b"\n"c"', ["a\u2028b", "c"]),
}


@pytest.mark.parametrize(("text", "chunks"), RECORDINGS.values(), ids=RECORDINGS)
def test_recordings_of_chunks(text, chunks):
    assert read_recording(text) == Recording(chunks)


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
    "prose that begins like an event": "data: {curly}"[:5] + " of the year",
    "an answer about partway": '{"partway": "a word"}',
}


@pytest.mark.parametrize("text", RAW.values(), ids=RAW)
@pytest.mark.parametrize("cut", [None, 1, 3, 1000])
def test_everything_else_is_text_cut_in_equal_pieces(text, cut):
    pieces = read_recording(text, cut=cut).chunks
    assert "".join(pieces) == text
    assert all(len(piece) == (cut or DEFAULT_CUT) for piece in pieces[:-1])
    assert all(pieces)


UNREADABLE = {
    "a broken line": (f'{json.dumps(A)}\n\n{{"choices": [}}\n', "rec, line 3, column 14: a chunk should stand here"),
    "a broken first line": (f'{{"choices": []\n{json.dumps(A)}', "rec, line 1, column 15: a chunk should stand here"),
    "a line cut off": (f'{json.dumps(A)}\n{{"choices"', "rec, line 2, column 11: a chunk should stand here"),
    "a line that holds no chunk": (f"{json.dumps(A)}\n[1]", "rec, line 2: a chunk is an object or a string, and this"),
    "a string cut off": ('"a"\n"b"\n"c" \n"d"\n{}\n"e', "rec, line 6, column 1: a chunk should stand here"),
    "a broken block": (f'{block(A)}```json\n{{\n  "choices": oops\n}}\n```', "rec, line 17, column 14: a chunk"),
    "a block cut off": (block(A) + "```json\n{", "rec, line 16, column 2: a chunk"),
    "a recording of another version": (
        '{"partway": "recording", "version": 2}',
        "rec is a recording of version 2, and",
    ),
    "a recording with a broken line": (
        f"{HEAD}{{\n{line(1, text='a')}",
        "rec, line 2, column 2: a chunk should stand here",
    ),
    "a recording without a time": (f'{HEAD}{{"text": "a"}}\n', "rec, line 2: a chunk and when it came should stand"),
    "a recording that goes back": (f"{HEAD}{line(2, text='a')}{line(1, text='b')}", "rec, line 3: a chunk and when it"),
    "a recording with two in a line": (
        f"{HEAD}{line(2, text='a', bytes='b')}",
        "rec, line 2: a chunk and when it came",
    ),
    "a recording of no form": (f"{HEAD}{line(2, words='a')}", "rec, line 2: a chunk is written as chunk, text, bytes"),
    "a recording of no text": (f"{HEAD}{line(2, text=1)}", "rec, line 2: a chunk is written as chunk, text, bytes or"),
    "a recording of no base64": (f"{HEAD}{line(2, base64='!')}", "rec, line 2: this is no base64"),
    "a recording of base64 with an accent": (f"{HEAD}{line(2, base64='é')}", "rec, line 2: this is no base64"),
    "a recording of half a character": (f"{HEAD}{line(2, bytes=chr(0xD800))}", "rec, line 2: this is no text in UTF-8"),
    "a recording without an end": (f"{HEAD}{line(float('inf'), text='a')}", "rec, line 2: a chunk and when it came"),
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
    assert "".join(read_recording(text).chunks) == text


def deltas_of(chunks: list) -> list[str]:
    inlet = Inlet()
    parts = [part for one in chunks for part in inlet.read(one)]
    return [part.text for part in parts if isinstance(part, Delta) and part.channel == CONTENT]


LANGUAGE = ["```", 'json\n{\n  "language":', ' "javascript",\n  "frameworks":', " []\n}\n```"]


def test_the_example_has_the_deltas_of_the_transcript():
    chunks = read_recording((EXAMPLES / "language.md").read_text("utf-8")).chunks
    assert len(chunks) == 6
    assert deltas_of(chunks) == LANGUAGE
    assert chunks[-1]["usage"]


def test_the_transcript_in_the_corpus(corpus):
    chunks = read_recording((corpus / "transcripts" / "astreaming.md").read_text("utf-8")).chunks
    assert [part["choices"][0]["delta"]["content"] for part in chunks] == [*LANGUAGE, None, None]


def test_the_long_example_is_long_and_cut_unkindly():
    chunks = read_recording((EXAMPLES / "expedition.jsonl").read_text("utf-8")).chunks
    deltas = deltas_of(chunks)
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


TIMED = {
    "every form": (
        HEAD
        + line(0.5, chunk=A)
        + line(0.5, text="a")
        + line(1, bytes="é")
        + line(2.5, base64="/w==")
        + line(3, end="done"),
        Recording([A, "a", "é".encode(), b"\xff"], [0.5, 0.5, 1, 2.5]),
    ),
    "nothing but its head": (HEAD, Recording([], [])),
    "an end in an error": (
        HEAD + line(1, text="a") + line(2, end="failed", error="httpx.ReadTimeout"),
        Recording(["a"], [1], "httpx.ReadTimeout"),
    ),
    "a crash": (HEAD + line(1, text="a"), Recording(["a"], [1])),
    "a crash inside a line": (HEAD + line(1, text="a") + '{"at": 2, "te', Recording(["a"], [1])),
}


@pytest.mark.parametrize(("text", "recording"), TIMED.values(), ids=TIMED)
def test_what_record_writes_is_read_with_its_times(text, recording):
    assert read_recording(text) == recording


def test_bodies_and_chunks_in_the_corpus_lose_nothing(corpus):
    bodies = sorted(corpus.glob("*/**/*.sse"))
    assert bodies
    for body in bodies:
        text = body.read_bytes().decode("utf-8")
        chunks = read_recording(text).chunks
        assert "".join(chunks) == text.removeprefix("\ufeff")
        assert all(chunk.count("data:") <= 1 for chunk in chunks), body
    for file in sorted((corpus / "vercel-ai" / "openai-compatible").glob("*.txt")):
        text = file.read_text("utf-8")
        assert read_recording(text).chunks == [json.loads(line) for line in text.split("\n") if line]


class Clock:
    """Time that passes only while somebody sleeps, or as told."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("partway._recording.time", clock)
    return clock


def test_a_recording_is_played_at_a_pace_and_says_which_chunk_came_last(clock):
    given = []
    source = Playback(Recording([A, B, A]), 0.5, lambda: given.append((source.number, clock.now)))
    assert source.number == -1
    assert list(source) == [A, B, A]
    assert given == [(0, 100.0), (1, 100.5), (2, 101.0)], "nothing is waited for in front of the first"


@pytest.mark.parametrize(("speed", "slept"), [(1.0, [0.5, 1.0, 1.5]), (2.0, [0.25, 0.5, 0.75])])
def test_a_recording_is_played_at_the_pace_it_came(clock, speed, slept):
    assert list(Playback(Recording(["a", "b", "c"], [0.5, 1.5, 3.0]), speed=speed)) == ["a", "b", "c"]
    assert clock.slept == slept


def test_the_time_that_a_chunk_takes_to_be_shown_is_not_waited_again(clock):
    times = []
    for _ in Playback(Recording(["a", "b", "c"], [0.0, 1.0, 2.0]), speed=1.0):
        times.append(clock.now)
        clock.now += 1.5 if len(times) == 1 else 0.25
    assert times == [100.0, 101.5, 102.0]


def test_a_recording_without_times_cannot_be_played_at_its_pace():
    with pytest.raises(UsageError, match="does not say when its chunks came"):
        Playback(Recording([A]), speed=1.0)


def test_where_the_source_failed_the_replay_ends_in_an_error():
    source = iter(Playback(Recording(["a"], [0.0], "httpx.ReadTimeout")))
    assert next(source) == "a"
    with pytest.raises(SourceError, match=r"ended with httpx.ReadTimeout"):
        next(source)
