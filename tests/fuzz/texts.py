"""Random JSON: documents of any shape, the ways to spell them, and what is put around them and in between.

Everything is drawn from a `Random`, so that the fuzzer's seed says what comes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random
from typing import Final

__all__ = ["PIECES", "WORDS", "any_json", "array_of", "misspell", "mutate", "number", "object_of", "string", "wrap"]

Make = Callable[[Random], str]
"""What makes the JSON text of one value."""

WORDS: Final = [
    "", "a", "ab", "abc", "b", "x", "bad", "cat", "dog", "wolf", "leaf", "branch", "on", "on and off", "red", "reddish",
    "2024-02-29", "2024-02-30T10:00:00", "12", "1.5", "1e5", "true", "null", "PT1H", "é", "😀", "\u2028", "\x7f", "`",
    "```", "\n```\n", "```json\n{", "</think>", "<think>", "}", "]", '"', "\\", "\\u", "/", "\n", "\t", "\0", "{", "[",
    "https://example.org", "\ud7ff", "\uffff", "ﬀ", "İ", "k", "the_kind", "two words",
]  # fmt: skip

NUMBERS: Final = [
    "0", "1", "2", "3", "12", "13", "-1", "-0", "0.5", "1.0", "1.50", "-0.0", "1e2", "1E+2", "12e-1", "1e400", "-1e400",
    "1e-400", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
    "123456789012345678", "1234567890123456789", "123456789012345678901234567890",
    "0.1000000000000000055511151231257827", "3.14159265358979323846264338327950288", "1e99", "1e100", "1e-99", "0e0",
]  # fmt: skip

PIECES: Final = [
    "{", "}", "[", "]", ":", ",", '"', "\\", "\\u", "\\ud83d", "\\ude00", "\\u00e9", "\\u0000", "\\n", '\\"', "\\x",
    "'", " ", "\n", "\r\n", "\t", "\x0b", "\0", "\x1f", "\x85", "\xa0", "\u2028", "\ufeff", "\ud83d", "\ude00", "😀",
    "é", "true", "false", "null", "tru", "nul", "NaN", "Infinity", "-Infinity", "undefined", "-", "+", ".", "e", "0",
    "1", "01", "1.", ".5", "1e", "1e+", "9" * 18, "9" * 19, "9" * 40, "{}", "[]", '""', '"a"', '"a":', '"a":1,', "[1]",
    '{"a":1}', '{"number": 2}', '{"number": 3}', '{"kind":"cat"', "```", "````", "~~~", "`", "``", "```json\n",
    "\n```\n", "```py\n", "```JSON5 {a}\n", " ```\r\n", "<think>", "</think>", "<think", "</thinking >", "<reasoning/>",
    "<", "</", "/>", "using {curly} and [1], it's ", "//", "/* */", "# ", "Sure!\n\n", "null\n", "12\n", '"x"\n',
    "\n\n",
]  # fmt: skip

_VALUE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|\{\}|\[\]', re.DOTALL)
_PAIR: Final = re.compile(
    r'"(?:[^"\\]|\\.)*"\s*:\s*("(?:[^"\\]|\\.)*"|[\d.eE+-]+|true|false|null|\{\}|\[\])', re.DOTALL
)
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def spell(random: Random, text: str) -> str:
    """A text as a JSON string, some of it escaped though it need not be."""
    if random.random() < 0.5:
        return json.dumps(text, ensure_ascii=random.random() < 0.5)
    return '"' + "".join(_spelled(random, character) for character in text) + '"'


def _spelled(random: Random, character: str) -> str:
    must = character in '"\\' or character < " "
    if character in _SHORT and (must or random.random() < 0.5):
        return _SHORT[character]
    if must or random.random() < 0.3:
        units = character.encode("utf-16-be", "surrogatepass").hex()
        units = units.upper() if random.random() < 0.5 else units
        return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    return character


def string(random: Random) -> str:
    return spell(random, "".join(random.choices(WORDS, k=random.choice([1, 1, 1, 2, 4]))))


def number(random: Random) -> str:
    if random.random() < 0.6:
        return random.choice(NUMBERS)
    digits = str(random.getrandbits(random.choice([3, 8, 62, 64, 66, 130])))
    return random.choice(["", "-"]) + digits + random.choice(["", "", ".25", "e1", "E-3", ".5e+2"])


def space(random: Random) -> str:
    return random.choice(["", "", "", " ", "\n", "\r\n\t", "  "])


def array_of(random: Random, *parts: str) -> str:
    inner = ",".join(space(random) + part + space(random) for part in parts)
    return f"[{inner or space(random)}]"


def object_of(random: Random, pairs: list[tuple[str, str]]) -> str:
    """An object of pairs of a key, not yet spelled, and the JSON of a value."""
    spelled = (f"{spell(random, key)}{space(random)}:{space(random)}{value}" for key, value in pairs)
    inner = ",".join(space(random) + pair + space(random) for pair in spelled)
    return "{" + (inner or space(random)) + "}"


def any_json(random: Random, depth: int = 3) -> str:
    """A value of any kind."""
    kind = random.randrange(8 if depth else 5)
    if kind < 2:
        return string(random)
    if kind < 4:
        return number(random)
    if kind == 4:
        return random.choice(["true", "false", "null"])
    parts = [any_json(random, depth - 1) for _ in range(random.randrange(4))]
    if kind == 5:
        return array_of(random, *parts)
    return object_of(random, [(random.choice(WORDS), part) for part in parts])


def wrap(random: Random, document: str) -> str:
    """A document as models put it into an answer."""
    fence = random.choice(["```", "```", "~~~", "````"])
    info = random.choice(["json", "json", "", "JSON", "json5 {.x}", "jsonc title='{'", " json "])
    before = random.choice(["", "", "Sure! Here {it} is:\n\n", '<think>{"a": 1}</think>\n', "```py\n{}\n```\n", "[1] "])
    after = random.choice(["", "\n", "\nDone. {ok} [1]", "```", "\n\n{}"])
    indent = random.choice(["", "", "  "])
    line = random.choice(["\n", "\n", "\r\n", "\n\n"])
    if random.random() < 0.3:
        return before + document + after
    return f"{before}{indent}{fence}{info}{line}{indent}{document}{line}{indent}{fence}{after}"


def mutate(random: Random, text: str, make: Make) -> str:
    """A text with one thing in it changed; `make` makes another document for it."""
    return random.choice(_CHANGES)(random, text, make)


def misspell(random: Random, text: str, make: Make) -> str:
    """A text with one to three things in it changed, and none of them where it is empty."""
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        text = mutate(random, text, make)
    return text


def _span(random: Random, text: str, most: int = 40) -> tuple[int, int]:
    start = random.randint(0, len(text))
    return start, min(len(text), start + random.choice([0, 1, 1, 1, 2, 3, random.randint(0, most)]))


def _insert(random: Random, text: str, _: Make) -> str:
    at, _ = _span(random, text)
    return text[:at] + random.choice(PIECES) + text[at:]


def _replace(random: Random, text: str, _: Make) -> str:
    start, end = _span(random, text, 5)
    return text[:start] + random.choice(PIECES) + text[end:]


def _delete(random: Random, text: str, _: Make) -> str:
    start, end = _span(random, text)
    return text[:start] + text[end:]


def _double(random: Random, text: str, _: Make) -> str:
    start, end = _span(random, text)
    return text[:end] + text[start:end] + text[end:]


def _move(random: Random, text: str, _: Make) -> str:
    start, end = _span(random, text)
    rest = text[:start] + text[end:]
    at = random.randint(0, len(rest))
    return rest[:at] + text[start:end] + rest[at:]


def _cut_off(random: Random, text: str, _: Make) -> str:
    return text[: random.randint(0, len(text))]


def _other_character(random: Random, text: str, _: Make) -> str:
    start, end = _span(random, text, 1)
    code = random.choice([random.randrange(0x80), random.randrange(0x800), random.randrange(0x110000)])
    return text[:start] + chr(code) + text[end:]


def _other_value(random: Random, text: str, make: Make) -> str:
    found = list(_VALUE.finditer(text))
    if not found:
        return make(random)
    start, end = random.choice(found).span()
    other = random.choice([any_json, string, number, make])(random)
    return text[:start] + other + text[end:]


def _repeated_key(random: Random, text: str, _: Make) -> str:
    found = list(_PAIR.finditer(text))
    if not found:
        return text
    pair = random.choice(found)
    again = pair[0][: pair.start(1) - pair.start()] + random.choice([pair[1], any_json(random)])
    return text[: pair.end()] + "," + again + text[pair.end() :]


def _swapped_values(random: Random, text: str, _: Make) -> str:
    found = list(_VALUE.finditer(text))
    if len(found) < 2:
        return text
    first, second = sorted(random.sample(found, 2), key=lambda match: match.start())
    return text[: first.start()] + second[0] + text[first.end() : second.start()] + first[0] + text[second.end() :]


def _fresh(random: Random, _: str, make: Make) -> str:
    return make(random)


def _fresh_in_prose(random: Random, _: str, make: Make) -> str:
    return wrap(random, make(random))


def _wrapped(random: Random, text: str, _: Make) -> str:
    return wrap(random, text)


def _another_behind(random: Random, text: str, make: Make) -> str:
    return text + random.choice(["", "\n", " and ", "\n```json\n"]) + make(random)


def _another_before(random: Random, text: str, make: Make) -> str:
    return make(random) + random.choice(["", "\n", " rather: ", "\n```json\n"]) + text


def _nested(random: Random, text: str, _: Make) -> str:
    return random.choice(['{"a":%s}', "[%s]", "[1,%s,2]", '{"items":[%s]}', "<think>%s</think>"]) % (text,)


_CHANGES: Final = [
    _insert, _insert, _insert, _replace, _delete, _delete, _double, _move, _cut_off, _other_character, _other_value,
    _other_value, _repeated_key, _swapped_values, _fresh, _fresh_in_prose, _wrapped, _another_behind, _another_before,
    _nested,
]  # fmt: skip
