"""Open strings and the text buffer: decoded as the pieces come, nothing certain kept back."""

from __future__ import annotations

import json

import pytest

from partway._strings import TAIL, BrokenStringError, OpenString, TextBuffer

# What stands behind the opening quote, and the text of it.
CLOSED: list[tuple[str, str, str]] = [
    ("empty", '"', ""),
    ("plain", 'abc"', "abc"),
    ("plain, more behind", 'abc", "x"', "abc"),
    ("not ASCII", 'é漢😀\u2028\x7f"', "é漢😀\u2028\x7f"),
    ("each short escape", r'\"\\\/\b\f\n\r\t"', '"\\/\b\f\n\r\t'),
    ("an escaped quote", r'a\"b"', 'a"b'),
    ("an escaped backslash at the end", r'a\\"', "a\\"),
    ("a quote behind two backslashes", r'\\\""', '\\"'),
    ("unicode escapes", r'\u0041\u00e9\u6F22\u0000"', "Aé漢\x00"),
    ("a pair of surrogates", r'\ud83d\ude00"', "😀"),
    ("a pair in capitals, between", r'a\uD834\uDD1Eb"', "a𝄞b"),
    ("pairs in a row", r'\ud83d\ude00\ud83d\ude01"', "😀😁"),
    ("the edges of the surrogates", r'\ud7ff\ue000\udbff\udfff"', "\ud7ff\ue000\U0010ffff"),
    ("what looks like an escape", r'\\u0041"', "\\u0041"),
    ("long", "x" * 5000 + '"', "x" * 5000),
    ("long, with escapes", r"x\n" * 2000 + '"', "x\n" * 2000),
]

# What stands behind the opening quote, where it breaks, what was expected, and the text before it.
BROKEN: list[tuple[str, str, int, str, str]] = [
    ("a newline", 'ab\nc"', 2, "a closing '\"'", "ab"),
    ("a carriage return", 'ab\rc"', 2, "a closing '\"'", "ab"),
    ("a control character", 'a\x00"', 1, "a closing '\"' before the control character", "a"),
    ("a tab", '\t"', 0, "a closing '\"' before the control character", ""),
    ("an escape that is none", r'ab\x41"', 2, "an escape of JSON after '\\'", "ab"),
    ("an escaped apostrophe", r"\'" + '"', 0, "an escape of JSON after '\\'", ""),
    ("an escape with a letter", r'\u00g0"', 0, "an escape of JSON after '\\'", ""),
    ("an escape that is too short", r'\u00e"', 0, "an escape of JSON after '\\'", ""),
    ("an escape in a capital", r'\U0041"', 0, "an escape of JSON after '\\'", ""),
    ("an escaped newline", 'a\\\n"', 1, "an escape of JSON after '\\'", "a"),
    ("a high surrogate alone", r'a\ud83d"', 1, "a surrogate pair instead of a lone surrogate", "a"),
    ("a high surrogate and text", r'\ud83dx"', 0, "a surrogate pair instead of a lone surrogate", ""),
    ("a high surrogate and another escape", r'\ud83d\n"', 0, "a surrogate pair instead of a lone surrogate", ""),
    ("two high surrogates", r'\ud83d\ud83d"', 0, "a surrogate pair instead of a lone surrogate", ""),
    ("a low surrogate alone", r'ab\ude00"', 2, "a surrogate pair instead of a lone surrogate", "ab"),
    ("a surrogate that is a character", 'a\ud83d"', 1, "a character instead of a lone surrogate", "a"),
    ("two surrogates that are characters", '\ud83d\ude00"', 0, "a character instead of a lone surrogate", ""),
]

# A string that is cut, and what is kept back of it.
KEPT: list[tuple[str, str]] = [
    ("abc", ""),
    ("abc\\", "\\"),
    (r"abc\u", r"\u"),
    (r"abc\u0", r"\u0"),
    (r"abc\u00e", r"\u00e"),
    (r"abc\u00e9", ""),
    (r"abc\ud83", r"\ud83"),
    (r"abc\ud83d", r"\ud83d"),
    (r"abc\ud83d" + "\\", r"\ud83d" + "\\"),
    (r"abc\ud83d\u", r"\ud83d\u"),
    (r"abc\ud83d\ud", r"\ud83d\ud"),
    (r"abc\ud83d\ude0", r"\ud83d\ude0"),
    (r"abc\ud83d\ude00", ""),
    ("abc\\\\", ""),
]


def decode(deltas: list[str]) -> tuple[str, str, int]:
    """Decode what comes in deltas: all pieces, the text, and how much of the last delta is behind the string."""
    string, carry, pieces = OpenString(), "", ""
    for delta in deltas:
        text = carry + delta
        piece, end, closed = string.decode(text, 0)
        pieces += piece
        if closed:
            return pieces, string.text(), len(text) - end
        carry = text[end:]
        assert len(carry) <= 11
    return pieces, string.text(), -1


def ways(text: str) -> list[list[str]]:
    return [[text], list(text), *([text[:cut], text[cut:]] for cut in range(1, min(len(text), 60)))]


@pytest.mark.parametrize(("text", "value"), [pytest.param(*case, id=name) for name, *case in CLOSED])
def test_a_string_is_decoded(text: str, value: str):
    for deltas in ways(text):
        pieces, whole, _ = decode(deltas)
        assert pieces == whole == value
    assert json.loads('"' + text[: len(text) - decode([text])[2]]) == value


def test_a_string_stops_behind_its_quote():
    assert OpenString().decode('xyz"ab", "c"', 4) == ("ab", 7, True)


@pytest.mark.parametrize(
    ("text", "index", "expected", "piece"), [pytest.param(*case, id=name) for name, *case in BROKEN]
)
def test_a_broken_string_says_where_and_why(text: str, index: int, expected: str, piece: str):
    with pytest.raises(BrokenStringError) as caught:
        OpenString().decode(text, 0)
    assert (caught.value.index, caught.value.expected, caught.value.piece) == (index, expected, piece)
    for deltas in ways(text):
        with pytest.raises(BrokenStringError) as caught:
            decode(deltas)
        assert caught.value.expected == expected


@pytest.mark.parametrize(("text", "kept"), KEPT)
def test_only_what_cannot_be_decoded_yet_is_kept_back(text: str, kept: str):
    piece, end, closed = OpenString().decode(text, 0)
    assert (text[end:], closed) == (kept, False)
    assert piece == json.loads(f'"{text[:end]}"')


def test_the_text_of_an_earlier_moment_can_be_had():
    string = OpenString()
    lengths, whole = [], ""
    for n in range(4 * TAIL):
        piece = f"{n},"
        string.decode(piece, 0)
        whole += piece
        lengths.append(len(whole))
    assert string.moved > 0
    assert len(string.tail) <= TAIL
    assert string.length == len(whole)
    assert string.text() == whole
    for length in lengths[:: TAIL // 4]:
        assert string.text(length) == whole[:length]


def test_a_short_string_is_its_tail():
    string = OpenString("ab")
    string.decode("cd", 0)
    assert (string.tail, string.moved, string.length, string.text(3)) == ("abcd", 0, 4, "abc")


def test_slices_of_a_buffer_are_those_of_the_text():
    buffer, text = TextBuffer(), ""
    assert (len(buffer), buffer.slice(0)) == (0, "")
    for n in range(6000):
        buffer.write(f"{n}\r\n")
        text += f"{n}\r\n"
        if n % 500 == 0:
            assert buffer.slice(len(text) - 9) == text[len(text) - 9 :]
    assert len(buffer) == len(text)
    for start in (0, 1, 4095, 4096, 4097, 9000, len(text) - 1, len(text)):
        assert buffer.slice(start) == text[start:]
        for end in (start, start + 1, start + 5000, len(text)):
            assert buffer.slice(start, end) == text[start:end]


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 8192, 9999, 10_000])
def test_a_buffer_that_is_truncated_goes_on_from_there(size: int, asked: bool):
    text = "".join(chr(33 + n % 90) for n in range(10_000))
    buffer = TextBuffer()
    for at in range(0, 10_000, 1000):
        buffer.write(text[at : at + 1000])
        if asked:
            buffer.slice(at)
    buffer.truncate(size)
    assert (len(buffer), buffer.slice(0)) == (size, text[:size])
    buffer.write("and so on")
    assert buffer.slice(0) == text[:size] + "and so on"
    buffer.truncate(size)
    assert buffer.slice(max(size - 3, 0)) == text[max(size - 3, 0) : size]
