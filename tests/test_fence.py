"""Where candidates begin, whole and for every cut. In the cases a `▸` stands before each; it is no part of the text."""

from __future__ import annotations

import json
import tracemalloc
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growth import assert_linear
from partway._fence import Fence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SCALARS = '"-0123456789tfn'
ANY = {"scalars": SCALARS}

# (name, text, keywords of Fence)
CASES: list[tuple[str, str, dict[str, Any]]] = [
    # Bare JSON, and prose around it
    ("empty text", "", {}),
    ("prose alone", "There is nothing here, it's all \"prose\".", {}),
    ("an object alone", '▸{"a": 1}', {}),
    ("an array alone", "▸[1, 2]", {}),
    ("an empty object", "so: ▸{}", {}),
    ("an empty array", "so: ▸[]", {}),
    ("blanks and newlines in front", ' \n\t\r\n ▸{"a":1}', {}),
    ("prose in front and behind", 'Sure! Here it is: ▸{"a":1} Anything else?', {}),
    ("prose with braces, brackets, quotes and apostrophes", "It's {curly}, [x], \"it\" and {'a'}: ▸{\"a\":1}", {}),
    ("a citation is a candidate too, the reader and the type sort it out", 'see ▸[1] and ▸{"a":1}', {}),
    ("a citation is none where only objects are asked for", 'see [1] and ▸{"a":[1]}', {"containers": "{"}),
    ("an object is none where only arrays are asked for", 'see {"a" and ▸[{"a":1}]', {"containers": "["}),
    ("no containers at all", '{"a":1} [1]', {"containers": ""}),
    ("a brace refuted by a brace", '{▸{"a":1}', {}),
    ("many braces refuted by braces", '{{{{▸{"a":1}}}}', {}),
    ("a bracket is confirmed by a bracket, and each is tried", '▸[▸[▸{"a":1}', {}),
    ("a brace refuted after whitespace", '{ \r\n\t x ▸{"a":1}', {}),
    ("confirmed after whitespace", '▸{ \r\n\t "a":1}', {}),
    ("an array confirmed by each start", "▸[ ] ▸[ {} ] ▸[ [] ] ▸[ -1 ] ▸[\ntrue] ▸[\rnull] ▸[\tfalse] ▸[ 0]", {}),
    ("an array refuted", '[ x] [a] [,] [+1] ▸["x"]', {}),
    ("a brace that is never confirmed", "so { \n ", {}),
    ("several in one text", '▸{"a":1} and ▸{"a":2}\n▸{"a":3}▸{}', {}),
    ("a failed one, its insides searched", '▸{"a": nope, ▸{"b":1}}', {}),
    ("a failed one, then one in a fence", '▸{"a" is a key.\n```json\n▸{"a":1}\n```', {}),
    ("braces and fences in strings are the reader's", '▸{"a":"}{\\" ```\\n```"} ▸{"b":1}', {}),
    ("other whitespace confirms nothing", '{\u00a0"a":1} {\u2028"a":1}', {}),
    # JSON blocks
    ("a json block", 'Here:\n```json\n▸{"a":1}\n```\nDone.', {}),
    ("a block without a language", '```\n▸{"a":1}\n```', {}),
    ("a block in capitals", '```JSON\n▸{"a":1}\n```', {}),
    ("a block in tildes", '~~~json\n▸{"a":1}\n~~~', {}),
    ("a long fence", '``````json\n▸{"a":1}\n``````', {}),
    ("a language after blanks", '``` \t json\n▸{"a":1}\n```', {}),
    ("jsonc, json5, jsonl, ndjson, by type", "".join(
        f'```{word}\n▸{{"a":1}}\n```\n' for word in ["jsonc", "JSON5", "jsonl", "ndjson", "application/json"]
    ), {}),
    ("attributes", '```json {.numberLines startFrom="1"} title=x\n▸{"a":1}\n```', {}),
    ("attributes in braces and no language", '```{.json}\n▸{"a":1}\n```', {}),
    ("attributes that look like JSON for a while", '```json {highlight: ▸[1,3]}\n▸{"a":1}\n```', {}),
    ("a colon ends the language", '```json:a/b.json\n▸{"a":1}\n```', {}),
    ("on the info line", '```json▸{"a":1}```', {}),
    ("on the info line after a blank", '```json ▸{"a":1}\n```', {}),
    ("on the info line without a language", '```▸{"a":1}```', {}),
    ("begun on the info line, confirmed on the next", '```json {.x} ▸{\n"a":1}\n```', {}),
    ("a brace on the info line, refuted on the next by what is first there", "```json {\n```\n```py\n[1]\n```", {}),
    ("indented", '  \t```json\n  ▸{"a":1}\n \t ```\n```py\n{"b":1}\n```', {}),
    ("line ends of two", '```json\r\n▸{"a":1}\r\n```\r\n▸{"b":1}', {}),
    ("line ends of CR", '```json\r▸{"a":1}\r```\r```py\r{"b":1}\r```\r▸[1]', {}),
    ("never closed", '```json\n▸{"a":1}\n', {}),
    ("closed on the line of the JSON", '```json\n▸{"a":1}```\n```py\n{"b":1}\n```', {}),
    ("closed on the line of the JSON by a longer run", '```json\n▸{"a":1}`````\n```py\n{"b":1}\n```', {}),
    ("a shorter run does not close it", '````json\n▸{"a":1}```\n```py\n▸{"b":1}\n````\n```py\n{"c":1}\n```', {}),
    ("a run of the other character does not close it", '```json\n▸{"a":1}~~~\n~~~py\n▸{"b":1}\n```\n~~~py\n[1]', {}),
    ("before a candidate a fence closes it alone on its line", '```\nsee `x` or ```\n``` py\n▸{"a":1}\n```\n', {}),
    ("an empty block closes", '```json\n```\n```py\n{"a":1}\n```\n▸{"b":1}', {}),
    ("an empty block closes with blanks behind the fence", '```json\n``` \t\n```py\n{"a":1}\n```\n▸{"b":1}', {}),
    ("prose in a JSON block", '```json\n// it\'s {this}\n▸{"a":1}\n```', {}),
    ("several in a JSON block", '```jsonl\n▸{"a":1}\n▸{"a":2}\n```\n', {}),
    ("tags mean nothing in a JSON block", '```json\n<think>\n▸{"a":1}\n```\n▸{"b":1}', {}),
    ("two blocks", '```json\n▸{"a":1}\n```\nor\n```json\n▸{"a":2}\n```', {}),
    ("a block after one that failed", '```json\n▸{"a": oops\n```\nSorry:\n```json\n▸{"a":1}\n```', {}),
    ("broken off and begun again", '```json\n▸{"a": \n```json\n▸{"a":1}\n```', {}),
    ("a brace before a fence is refuted, and the fence is one", '{\n```py\n{"a":1}\n```\n▸{"b":1}', {}),
    # What is no fence
    ("backticks within a line", 'use ```py ▸{"a":1}``` or `▸{"a":2}` here', {}),
    ("two backticks at the start of a line", '``py\n▸{"a":1}', {}),
    ("mixed characters", '``~py\n▸{"a":1}\n~~`py\n▸{"b":1}', {}),
    ("inline code at the start of a line", '```py x``` is code.\n▸{"a":1}', {}),
    ("inline code without a language", '```x y```\n```py\n{"a":1}\n```\n▸{"b":1}', {}),
    ("inline code with a brace in it", '```json {x} y```\n```py\n{"a":1}\n```\n▸{"b":1}', {}),
    ("inline code named as JSON", '```json``` is meant:\n```py\n{"a":1}\n```\n▸{"b":1}', {}),
    ("backticks in the info string of tildes", '~~~py `x`\n{"a":1}\n~~~\n▸{"b":1}', {}),
    # Blocks in another language
    ("passed over", '```python\nx = {"a": 1}\n```\n▸{"b":1}', {}),
    ("passed over, in tildes", '~~~ python\nx = {"a": 1}\n~~~\n▸{"b":1}', {}),
    ("its info line is passed over", '```python {"a": 1} [1]\n[2]\n```\n▸{"b":1}', {}),
    ("a language that begins like JSON", '```jsonnet\n{"a":1}\n```\n```json-x\n{"a":1}\n```\n▸{"b":1}', {}),
    ("languages with signs in them", '```c++\n[1]\n```\n```c#\n[1]\n```\n```objective-c\n[1]\n```\n▸{"b":1}', {}),
    ("languages in other letters", '```питон\n[1]\n```\n▸{"b":1}', {}),
    ("a language of any length", f'```json{"x" * 70}\n[1]\n```\n▸{{"b":1}}', {}),
    ("an inner shorter fence", '````md\n```json\n{"a":1}\n```\n````\n▸{"b":1}', {}),
    ("an inner fence of the other character", '```md\n~~~\n{"a":1}\n~~~\n[1]\n```\n▸{"b":1}', {}),
    ("a fence with words behind it does not close", '```md\n``` json\n{"a":1}\n```\n▸{"b":1}', {}),
    ("a fence within a line does not close", '```py\nx = "```"\n{"a":1} ```\n[1]\n```\n▸{"b":1}', {}),
    ("a longer fence closes", '```py\n{"a":1}\n`````\n▸{"b":1}', {}),
    ("an indented fence closes", '```py\n{"a":1}\n  ```  \n▸{"b":1}', {}),
    ("never closed, the rest is passed over", '```py\n{"a":1}\n``\n[1]', {}),
    ("closed by CRLF", '```py\r\n{"a":1}\r\n```\r\n▸{"b":1}', {}),
    ("tags mean nothing in it", '```py\n<think>\n```\n▸{"b":1}', {}),
    ("empty lines in it", '```py\n\n\n```\n\n▸{"b":1}', {}),
    # Thoughts
    ("a thought", '<think>\nMaybe {"a":1}?\n</think>\n\n▸{"a":2}', {}),
    ("each name, any case", "<thinking>[1]</thinking><REASONING>[2]</reasoning><Think>[3]</tHINK>▸[4]", {}),
    ("fences in a thought", '<think>\n```json\n{"a":1}\n```\n```py\n</think>\n▸{"a":2}', {}),
    ("a fence behind a thought", '<think>x</think>```py\n{"a":1}\n```\n▸{"b":1}', {}),
    ("the other names' tags do not close it", "<think>[1]</thinking>[2]</reasoning>[3]</think>▸[4]", {}),
    ("a thought never closed", '<think>\n{"a":1}\n```json\n{"a":1}\n```\n', {}),
    ("a thought half closed", "<think>[1]</think [2] </think", {}),
    ("attributes of a tag", '<think budget="10" x=a/b>[1]</think>▸[2]', {}),
    ("blanks in tags", "<think \t>[1]</think \n>▸[2]", {}),
    ("an empty tag", "<think/>▸[1]<think />▸[2]<think a=b/>▸[3]", {}),
    ("an empty thought", "<think></think>▸[1]", {}),
    ("no tag: other names", "<b>▸[1]</b><thinker>▸[2]</thinker><think-x>▸[3] < think>▸[4]", {}),
    ("no tag: never ended", "<think ▸[1] <think\n▸[2] <think x\n```py\n[3]\n```\n<think <think>[4]</think>▸[5]", {}),
    ("signs in front of a tag", "<<<think>[1]<</think>▸[2]", {}),
    ("a closing tag alone", "mused </think>▸[1]", {}),
    ("a thought in the middle of prose", "Well <think>[1]</think>, ▸[2]", {}),
    ("other names", "<think>▸[1]</think><scratch.pad>[2]</Scratch.Pad>▸[3]", {"thinking": ("scratch.pad",)}),
    ("no names", "<think>▸[1]</think>", {"thinking": ()}),
    ("letters that only fold to the name", "<thin\u212a>[1]</think>▸[2]<rea\u017foning>[3]</reasoning>▸[4]", {}),
    # Scalars
    ("a scalar alone", "▸42", ANY),
    ("each scalar", '▸true\n▸false\n▸null\n▸-1\n▸0\n▸"x"', ANY),
    ("a scalar first on its line", "The answer is 41:\n \t▸42 or 43", ANY),
    ("a scalar in a block", "```json\n▸42\n```\n▸43", ANY),
    ("a scalar on the info line", "```json 	 ▸42```", ANY),
    ("a string on the info line, without a language", '```▸"x"```', ANY),
    ("a scalar further on the info line is none", "```json x 42\n▸43```", ANY),
    ("a scalar in another language is none", "```py\n42\n```\n▸43", ANY),
    ("a scalar behind a fence that closed nothing is none", "```\n``` 42\n▸43\n```", ANY),
    ("a scalar after a thought", "<think>\n41\n</think>▸42", ANY),
    ("a scalar behind a brace and a line end", "{ \n▸42", ANY),
    ("a scalar behind a brace is none", "{ 42", ANY),
    ("a scalar behind a candidate is none", "▸{} 42\n▸43", ANY),
    ("no scalars unless asked for", '42\n"x"', {}),
    ("some scalars", '42\n▸"x"\ntrue', {"scalars": '"'}),
    ("a word that begins like one is a candidate", "▸this\nor\n▸nothing", ANY),
]  # fmt: skip


def end_of(text: str, start: int) -> int:
    """What the extractor's reader does: the document's end, or the next character where there was none."""
    try:
        return json.JSONDecoder().raw_decode(text, start)[1]
    except ValueError:
        return start + 1


def search(pieces: Iterable[str], **kwargs: Any) -> tuple[list[int], str | None]:
    """Drive a `Fence` as the extractor does; where each candidate began, and what the text ended inside of."""
    pieces = list(pieces)
    text, fence = "".join(pieces), Fence(**kwargs)
    starts: list[int] = []
    searched = arrived = 0
    for piece in pieces:
        arrived += len(piece)
        while searched < arrived or not piece:
            found = fence.feed(text[searched:arrived])
            if found is None:
                searched = max(searched, arrived)
                break
            start = arrived - len(found)
            assert text[start:arrived] == found
            starts.append(start)
            searched = end_of(text, start)
    return starts, fence.inside


def cut(text: str, *places: int) -> list[str]:
    return [text[start:end] for start, end in pairwise([0, *sorted(places), len(text)])]


def marked(text: str) -> tuple[str, list[int]]:
    """The text without its marks, and where they stood."""
    parts = text.split("▸")
    return "".join(parts), [sum(map(len, parts[:index])) for index in range(1, len(parts))]


# A byte order mark is passed over where it may stand, in front of all.
MARKED_FIRST: list[tuple[str, str, dict[str, Any]]] = [
    ("a fence of another language", '\ufeff```python\nx = {"a": 1}\n```\n▸{"a":1}', {}),
    ("a fence", '\ufeff```json\n▸{"a":1}\n```', {}),
    ("a scalar", "\ufeff▸12", ANY),
    ("two of them", "\ufeff\ufeff12", ANY),
    ("on the second line", '\n\ufeff```python\nx = ▸{"a": 1}\n```', {}),
]


@pytest.mark.parametrize(("marks", "kwargs"), [row[1:] for row in MARKED_FIRST], ids=[row[0] for row in MARKED_FIRST])
def test_a_byte_order_mark_is_passed_over_in_front_of_all(marks: str, kwargs: dict[str, Any]):
    text, starts = marked(marks)
    for place in range(len(text) + 1):
        assert search(cut(text, place), **kwargs)[0] == starts, (text[:place], text[place:])
    assert search(text, **kwargs)[0] == starts


cases = pytest.mark.parametrize(("text", "kwargs"), [pytest.param(*case[1:], id=case[0]) for case in CASES])


@cases
def test_candidates_begin_where_the_case_says(text: str, kwargs: dict[str, Any]):
    text, starts = marked(text)
    assert search([text], **kwargs)[0] == starts


@cases
def test_every_cut_in_two_tells_the_same(text: str, kwargs: dict[str, Any]):
    text, starts = marked(text)
    inside = search([text], **kwargs)[1]
    for place in range(len(text) + 1):
        assert search(cut(text, place), **kwargs) == (starts, inside), (text[:place], text[place:])


@cases
def test_character_by_character_tells_the_same(text: str, kwargs: dict[str, Any]):
    text, starts = marked(text)
    assert search(text, **kwargs) == (starts, search([text], **kwargs)[1])


@cases
def test_prose_in_front_and_behind_changes_nothing(text: str, kwargs: dict[str, Any]):
    text, starts = marked(text)
    front = "Sure, it's {easy}:\n"
    assert search([front, text], **kwargs)[0] == [len(front) + start for start in starts]
    assert search([text, "", " That's {all}."], **kwargs)[0] == starts


FRAGMENTS = [
    *["`", "``", "```", "````", "~", "~~~", "\n", "\r", "\r\n", " ", "\t", "json", "python", "x", ":", ".", "'"],
    *["{", "}", "[", "]", '"', '"a":1', '{"a":1}', "[1]", "1", "-", "true", "```json\n", "\n```\n", "```{", "~~~py\n"],
    *["<", ">", "/", "</", "think", "THINK", "<think", "<think>", "</think>", "<think a=b>", "<reasoning>", "/>"],
]  # fmt: skip


@st.composite
def texts_and_cuts(draw: st.DrawFn) -> tuple[str, list[int]]:
    text = "".join(draw(st.lists(st.sampled_from(FRAGMENTS), max_size=30)))
    return text, draw(st.lists(st.integers(0, len(text)), max_size=8))


@settings(max_examples=500, deadline=None)
@given(
    texts_and_cuts(),
    st.sampled_from(["{[", "{", "[", ""]),
    st.sampled_from(["", SCALARS, '"']),
    st.sampled_from([("think", "thinking", "reasoning"), ()]),
)
def test_any_text_cut_anywhere_has_the_same_candidates(
    text_and_cuts: tuple[str, list[int]], containers: str, scalars: str, thinking: tuple[str, ...]
):
    text, places = text_and_cuts
    kwargs: dict[str, Any] = {"containers": containers, "scalars": scalars, "thinking": thinking}
    whole = search([text], **kwargs)
    assert search(cut(text, *places), **kwargs) == whole
    assert search(text, **kwargs) == whole


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.integers(0, 60))
def test_any_text_at_all_raises_nothing(text: str, place: int):
    assert search(cut(text, min(place, len(text)))) == search([text])


def test_a_candidate_is_handed_out_with_the_delta_that_confirms_it():
    fence = Fence()
    assert [fence.feed(delta) for delta in ["``", "`js", "on\n", "{", " \n", '"a']] == [*[None] * 5, '{ \n"a']


def test_the_block_stays_open_after_a_candidate():
    fence = Fence()
    assert fence.feed('```json\n{"a":1}') == '{"a":1}'
    assert fence.inside == 'a "json" block'
    assert fence.feed(" ``") is None
    assert fence.inside == 'a "json" block'
    assert fence.feed("`") is None
    assert fence.inside is None


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("", None),
        ("prose {", None),
        ("```pyth", None),  # the word may go on
        ("```Python ", 'a "Python" block'),
        ("```python\nx\n``", 'a "python" block'),
        ("```python\nx\n```", None),
        ("```python\nx\n``` ", None),
        ("```python\nx\n``` x", 'a "python" block'),
        ("```python\nx\n```\n", None),
        ("```json\nx", 'a "json" block'),
        ("```\nx", "a block without a language"),
        (f"```{'x' * 99}\n", f'a "{"x" * 32}" block'),
        ("<think", None),
        ("<think ", None),
        ("<Think>", "a <Think> block that never closed"),
        ("<think>x</think", "a <think> block that never closed"),
        ("<think>x</think ", "a <think> block that never closed"),
        ("<think>x</think >", None),
    ],
)
def test_inside_names_what_the_text_ended_in(text: str, inside: str | None):
    assert search([text])[1] == inside
    assert search(text)[1] == inside


# What is left of a broken document, how many brackets of it are open, what stands before, and the candidate in it.
LEFT: list[tuple[str, str, int, str, str | None]] = [
    ("one that stands elsewhere", "x {1", 1, '"a": ', None),
    ("an object of its own", 'x, {"b": 1}}', 1, '"a": ', None),
    ("an object elsewhere", 'x {"b": 1}', 1, '"a": ', '{"b": 1}'),
    ("an object behind it", 'x, {"b": 1}} {"c": 1}', 1, '"a": ', '{"c": 1}'),
    ("a string at the start of a line", 'x,\n"b": 2} ', 1, '"a": ', None),
    ("a string behind it", 'x,\n"b": 2}\n"c"', 1, '"a": ', '"c"'),
    ("a fence, and a string in it", 'x,\n```json\n"b"', 1, '"a": ', '"b"'),
    ("a backtick at the start of a line", 'x,\n`\n"b": 1', 1, '"a": ', None),
    ("an object behind a backtick", 'x,\n`{"b": 1}', 1, '"a": ', '{"b": 1}'),
    ("nothing was open", 'x\n"b"', 0, '"a', '"b"'),
]


@pytest.mark.parametrize(("text", "depth", "before", "candidate"), [pytest.param(*row, id=name) for name, *row in LEFT])
def test_what_is_left_of_a_broken_document_is_skipped(text: str, depth: int, before: str, candidate: str | None):
    for pieces in ([text], list(text), *([text[:at], text[at:]] for at in range(1, len(text)))):
        fence = Fence(scalars='"')
        fence.skip(depth, before)
        found: str | None = None
        for piece in pieces:
            found = fence.feed(piece) if found is None else found + piece
        assert found == candidate


BLOCKS = ["", "```json\n", "```py\n", "```json ", "```py ", "~~~~", "<think>", "<think ", "{", "<", "x"]
REPEATED = [
    *["`", "~", "<", ">", "/", "{", "[x", "{ ", "{\n", " ", "\n", "\r\n", "<think", "<think>", "</think", "<think /"],
    *["\n`", "\n~~~", "\n```py", "\n```\n", "\n ", "a`", "x", "word "],
]  # fmt: skip


def reading(prefix: str, fragment: str, size: int, step: int) -> Callable[[], object]:
    text = (fragment * size)[:size] + "!"  # at the very end of a delta, much is simply kept; this refutes it
    pieces = [text[start : start + step] for start in range(0, len(text), step)]

    def read() -> None:
        fence = Fence()
        assert fence.feed(prefix) is None
        for piece in pieces:
            fence.feed(piece)

    return read


@pytest.mark.no_cover  # it would measure the measuring
@pytest.mark.parametrize("fragment", REPEATED)
@pytest.mark.parametrize("step", [4, 1_000_000], ids=["by fours", "whole"])
def test_work_is_linear_in_the_text(fragment: str, step: int):
    for prefix in BLOCKS:
        assert_linear(lambda size, prefix=prefix: reading(prefix, fragment, size, step), 4_000 if step == 4 else 8_000)


@pytest.mark.no_cover  # it would measure the measuring
@pytest.mark.parametrize("fragment", REPEATED)
def test_memory_is_bounded_whatever_comes(fragment: str):
    size, retained = 20_000, []
    for prefix in BLOCKS:
        fence = Fence()
        fence.feed(prefix)
        text = (fragment * size)[:size]
        fence.feed(text[:4])  # patterns are compiled by now, and cached
        tracemalloc.start()
        for start in range(4, size, 4):
            fence.feed(text[start : start + 4])
            assert len(fence._cut) <= len("</reasoning")
        retained.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # An unconfirmed bracket's whitespace is part of its candidate, and kept as it came, in small strings for a while;
    # all else is counted.
    kept = 20 * size if not fragment.strip() else 0
    assert max(retained) < 5_000 + kept


@pytest.mark.parametrize("bracket", ["{", "["])
def test_a_megabyte_of_spaces_behind_a_bracket_is_part_of_its_candidate(bracket: str):
    fence, spaces = Fence(), " " * 1_000_000
    assert fence.feed(bracket) is None
    assert not any(map(fence.feed, spaces))
    assert fence.feed('"') == f'{bracket}{spaces}"'
