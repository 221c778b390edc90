"""What the fuzzers begin with: one small input for each thing that the parts of partway know."""

from __future__ import annotations

from typing import Any, Final

import kinds
import strategies
import typetable
import unions
from inputs import Input

__all__ = ["SEEDS"]

_EVEN, _TREE = strategies.Even, strategies.Tree

_TEXTS: Final[list[tuple[Any, str]]] = [
    # fences, prose, thinking
    (_EVEN, '```json\n{"number": 2, "note": "x"}\n```\n'),
    (_EVEN, 'Sure! Here {it} is, [1]:\n\n~~~~ JSON title="{"\r\n{"number": 2}\r\n~~~~\nand {more}'),
    (_EVEN, '  ```{"number": 2}```'),
    (_EVEN, '```py\nx = {1: [2]}\n```\n```json5\n{"number": 4}'),
    (_EVEN, '<think>a draft: {"number": 4}</think>{"number": 2}'),
    (_EVEN, '<Thinking >\n```json\n{"number": 4}\n```\n</thinking >\n{"number": 2} <reasoning>'),
    (_EVEN, "No JSON here: it's `{x}`, <think>, ``` and { \n }"),
    (int, "12\n"),
    (str, 'so\n "text"'),
    (Any, 'a [1] {"a": {"b": ["```", "</think>", "}"]}}'),
    # candidates that fail
    (_EVEN, '{"number": 3} and {"number": 2}'),
    (_EVEN, '{"number": 2, oops, {"number": 4}} so\n{"number": 6}'),
    (_EVEN, '```json\n{"number": 3\n```\n```json\n{"number": 2}\n```'),
    (_TREE, '{curly} {"kids": [{"name": 1}]} {"kids": [{"name": "x"}, {"kids": []}]}'),
    (list[Any] | dict[str, Any], '["a\\[",1 [[{[{" {"a"}{"a"}'),
    # strings: escapes, surrogates, keys
    (list[str], r'["a\"b\\\/\b\f\n\r\t\u00e9\ud83d\ude00", "😀é", "\ud83d", "\u0000"]'),
    (Any, r'{"": {"a.b": 1, "\u0061\ud83d\ude00": "x"}, "[0]": [], "item": {"item": {}}}'),
    (Any, '["\ud83d\ude00", "\x00"]'),
    (bytes, r'"ab\u00e9\\"'),
    # numbers and literals
    (Any, "[0, -0, -0.0, 1.50, 1e2, 1E+2, 1e400, 123456789012345678, 1234567890123456789, 9007199254740993]"),
    (list[float], "[0.1000000000000000055511151231257827, 1e-400, 123456789012345678901234567890, 1.]"),
    (list[int | str | None], "[1, null, tru, -, 01, 1e]"),
    (int, "123456789012345678901234567890"),
    (bool | int, "true"),
    # nesting
    (Any, "[" * 9 + '{"a":' * 9 + "1" + "}" * 9 + "]" * 9),
    (_TREE, '{"kids":[' * 9 + "{}" + "]}" * 9),
    # repeated keys, unknown keys
    (_EVEN, '{"number": 4, "note": "first", "note": "second", "number": 2}'),
    (dict[str, int], '{"a": "x", "b": 1, "a": 3}'),
    (kinds.Allowing, '{"known": "x", "a": 1, "a": 2}'),
    (kinds.Cat | kinds.Dog, '{"kind": "cat", "kind": "dog", "name": "x", "lives": 1}'),
    # unions, gates, places that are whole
    (kinds.Pets, '{"pets": [{"lives": 9, "kind": "cat"}, {"kind": "wolf", "name": "x"}, {"kind": "fox"}, {}]}'),
    (unions.Leaf | unions.Branch, '{"kind": "branch", "parts": [{"text": "x", "kind": "leaf"}], "title": "t"}'),
    (unions.Expression, '{"left": {"minus": 1}, "right": {"left": "x", "right": "y"}}'),
    (typetable.Gated, '{"text": "early", "rows": ["a", "b"], "id": 1, "more": {"a": {"text": "x"}}}'),
    (typetable.Doubled, '{"second": "ab", "box": {"id": 1}, "first": "x", "extra": [1, {}]}'),
    (typetable.Gated | typetable.Doubled, '{"text": "early", "first": "x", "id": 1}'),
    (kinds.Nested, '[1, "a", {"b": [2, {}]}, null]'),
    (kinds.Spot, '{"x": 1, "y": 2.5}'),
    (kinds.Checked, '{"high": 1, "low": 2, "words": "z y"}'),
    (kinds.Defaults, "{}"),
    (set[tuple[int, str]], '[[1, "a"], [1, "a"], ["2", "b"]]'),
    (kinds.Json[list[int]], '"[1, 2]"'),
]  # fmt: skip


def _number(tp: Any) -> int:
    """The number of a type of the table, or of `Any` for one that is not in it."""
    try:
        return typetable.numbered(tp)
    except StopIteration:
        return typetable.numbered(Any)


SEEDS: Final = [
    *(Input(_number(tp), text, (3, 9, 20)) for tp, text in _TEXTS),
    *(Input(_number(tp), text, every=1, mode=1) for tp, text in _TEXTS),
    *(Input(_number(tp), text, every=2, fail_fast=True, snapshots=1) for tp, text in _TEXTS[9:15]),
    *(Input(_number(tp), text, (5, 8), mode=1, context=True, limits=1) for tp, text in _TEXTS[15:20]),
    *(Input(_number(tp), text, (5, 8), mode=2) for tp, text in _TEXTS[15:40:2]),
    *(Input(_number(tp), text, (5, 8, 9), mode=3, backend=1) for tp, text in _TEXTS[:20:3]),
    # what is repeated: words in prose, characters and escapes in strings, elements, keys, blanks
    Input(_number(_EVEN), 'using {curly} and it\'s ```\n{"number": 2}', every=16, repeated=(0, 26, 99)),
    Input(_number(Any), '{"a": "x\\n\\u00e9"}', every=7, mode=1, repeated=(7, 9, 700)),
    Input(_number(_TREE), '{"kids": [{"name": "x"},{}]}', (900,), repeated=(10, 14, 300)),
    Input(_number(dict[str, int]), '{"a": 1,"b": 2}', every=64, repeated=(1, 7, 500)),
    Input(_number(list[int]), "[1, 2]", every=255, mode=1, repeated=(3, 1, 5000)),
    Input(_number(list[str]), '["text"]', (4095, 4097), mode=1, repeated=(3, 2, 2100)),
    *(Input(number, "", mode=1) for number in range(len(typetable.NAMES), typetable.COUNT, 9)),
]
"""The inputs."""
