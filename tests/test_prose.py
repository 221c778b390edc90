"""The text around the JSON, at every cut: prose without fence and thoughts, and the thoughts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from partway import Extractor, PartwayError, stream, stream_all


class Tea(BaseModel):
    name: str


A = '{"name":"Assam"}'

# A text, its prose, its thoughts.
TEXTS: list[tuple[str, str, str, str]] = [
    ("JSON alone", A, "", ""),
    ("around", f"Here: {A} Enjoy!", "Here:  Enjoy!", ""),
    ("a fence", f"Here:\n\n```json\n{A}\n```\n\nEnjoy!", "Here:\n\n\n\nEnjoy!", ""),
    ("a fence with attributes, CRLF", f"Here:\r\n~~~ JSON title=x\r\n{A}\r\n~~~\r\nEnjoy!", "Here:\r\n\r\nEnjoy!", ""),
    ("a fence on one line", f"```json{A}``` done", "done", ""),
    ("a fence that never closes", f"So:\n```\n{A}", "So:\n", ""),
    ("a fence in a list", f"1. So:\n   ```json\n   {A}\n   ```\n2. Done", "1. So:\n\n2. Done", ""),
    ("another language", f"```py\nx = {{1}}\n```\n{A}", "```py\nx = {1}\n```\n", ""),
    ("braces in prose", f"use {{it}} or [1]: {A} {{ok}}", "use {it} or [1]:  {ok}", ""),
    ("a bracket that is none", f'x {{"{A}', 'x name":"Assam"}', ""),
    ("a thought", f"<think>hm {A}</think>Here: {A}", "Here: ", f"hm {A}"),
    ("thoughts", f"<think>one</think> and <reasoning id='1'>two</reasoning>{A}", " and ", "onetwo"),
    ("a thought that never ends", "So <thinking>hm", "So ", "hm"),
    ("a tag that is none", f"a < b <thinks> <b>bold</b> {A}", "a < b <thinks> <b>bold</b> ", ""),
    ("another document behind", f"{A}\nor\n{A}", f"\nor\n{A}", ""),
    ("a draft that does not fit is not told", f'so {{"no":1}} or {A}', "so  or ", ""),
    ("no JSON", "Sorry, no.", "Sorry, no.", ""),
    ("nothing", "", "", ""),
]  # fmt: skip


def around(pieces: list[str]) -> tuple[str, str]:
    extractor = Extractor(Tea)
    try:
        for piece in pieces:
            extractor.feed(piece)
        extractor.finish()
    except PartwayError:
        pass
    return extractor.prose, extractor.thoughts


@pytest.mark.parametrize(("text", "prose", "thoughts"), [pytest.param(*row[1:], id=row[0]) for row in TEXTS])
def test_the_text_around_the_json_is_told_at_every_cut(text, prose, thoughts):
    assert around([text]) == (prose, thoughts)
    assert around(list(text)) == (prose, thoughts)
    for at in range(1, len(text)):
        assert around([text[:at], text[at:]]) == (prose, thoughts)


def test_it_grows_with_the_text_and_shows_no_half_fence():
    extractor, seen = Extractor(Tea), []
    for character in f"Here it is:\n```json\n{A}\n```\nEnjoy!":
        extractor.feed(character)
        seen.append(extractor.prose)
    assert seen == sorted(seen, key=len)
    assert not any("`" in prose for prose in seen)


@given(
    st.lists(
        st.sampled_from(["So ", "{", "[1]", "`x`", "```", "\n", "json\n", A, "<think>", "</think>", "<", '"', "~~~"])
    )
)
def test_the_cuts_do_not_matter(parts: list[str]):
    text = "".join(parts)
    assert around([text]) == around(list(text)) == around(parts)


def test_arguments_have_none_around_them():
    extractor = Extractor(Tea, json_only=True)
    extractor.feed(f" {A} ")
    assert (extractor.prose, extractor.thoughts) == ("", "")


def test_with_no_names_for_tags_thoughts_are_prose():
    run = stream([f"<think>hm</think>{A}"], Tea, thinking=[])
    run.result()
    assert (run.prose, run.reasoning) == ("<think>hm</think>", "")


def test_each_document_has_what_stands_before_it():
    runs = list(stream_all([f"One: {A} Two: {A} Done."], Tea))
    assert [run.prose for run in runs] == ["One: ", " Two: "]


def test_a_restart_forgets_it():
    extractor = Extractor(Tea)
    extractor.feed("One: " + A[:9])
    assert extractor.restart("again")
    extractor.feed("Two: " + A)
    assert extractor.prose == "Two: "
