"""The compact form is as short as what has changed."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from partway import Extractor, PartwayError
from partway.patches import Change, Frame, Log, Message, encoder


class Recipe(BaseModel):
    title: str
    steps: list[str] = []


def messages(deltas: list[str], **options: Any) -> list[Message]:
    extractor: Extractor[Any] = Extractor(Recipe, json_only=True, **options)
    log, write = Log(extractor), encoder("partway")
    sent: list[Message] = []
    error = None
    try:
        for delta in deltas:
            extractor.feed(delta)
            if (frame := log.look()) is not None:
                sent += write.encode(frame)
        extractor.finish()
    except PartwayError as failed:
        error = failed
    return [*sent, *write.encode(log.end(error))]


def test_a_run_is_told_as_the_specification_says():
    assert messages(['{"title": "Pan', "ca", 'kes\\n"', ', "steps": ["Mi', 'x", "Fr', 'y"]', "}"]) == [
        Message('{"v":1,"p":[[[],{"title":"Pan"}]],"o":["title"]}', id=1),
        Message('{"p":[[["title"],"ca",1]]}'),
        Message('{"p":[[["title"],"kes\\n",1]],"o":[]}'),
        Message('{"p":[[["steps"],["Mi"]]],"o":["steps",0]}'),
        Message('{"p":[[["steps",0],"x",1],[["steps",1],"Fr"]]}'),
        Message('{"p":[[["steps",1],"y",1]],"o":[]}'),
        Message('{"o":null,"d":1}', id=8),
    ]


def test_text_that_goes_on_is_the_text_alone():
    sent = messages(['{"title": "Pan', "cak", "es", '"}'])
    assert [message.data for message in sent[1:3]] == ['{"p":[[["title"],"cak",1]]}', '"es"']
    assert sent[2] == Message('"es"')


def test_what_is_rejected_and_how_it_ends_are_told():
    sent = messages(['{"title": 5', ', "steps": ["a"'])
    assert [json.loads(message.data) for message in sent] == [
        {"v": 1, "p": [[[], {}]], "o": ["title"]},
        {"p": [[["steps"], ["a"]]], "x": [["title"]]},
        {
            "e": {
                "type": "TruncatedJSONError",
                "message": "the text ended inside the JSON (line 1, column 27 of the JSON in steps)",
                "path": ["steps"],
            },
        },
    ]


def test_a_number_stands_where_it_cannot_be_counted():
    write = encoder("partway")
    append = (Change("append", ("a",), "x"),)
    path: dict[str, Any] = {"open_path": ("a",)}
    frames = [
        Frame(60, 0, (Change("replace", (), {"a": ""}),), snapshot=True, **path),
        *(Frame(seq, seq - 1, append, **path) for seq in (61, 62, 63, 64, 65)),
        Frame(69, 65, append, **path),  # merged
        Frame(70, 69, **path),  # nothing that the form tells
        Frame(71, 70, append, **path),
        Frame(72, 71, append, **path),
        Frame(73, 72, status="complete"),
    ]
    sent = [message for frame in frames for message in write.encode(frame)]
    assert [message.id for message in sent] == [60, None, None, None, 64, None, 69, 71, None, 73]
    assert [message.data for message in sent[1:3]] == ['{"p":[[["a"],"x",1]]}', '"x"']


def test_what_is_written_is_written_once_for_all():
    frame = Frame(1, 0, (Change("replace", (), {"a": 1}),), open_path=())
    [[first], [second]] = [encoder("partway").encode(frame) for _ in range(2)]
    assert first.data is second.data


def test_a_snapshot_tells_where_the_text_is_and_what_is_rejected():
    frame = Frame(9, 0, (Change("replace", (), None),), open_path=None, rejected=(), snapshot=True)
    assert encoder("partway").encode(frame) == [Message('{"v":1,"s":null,"o":null}', id=9)]
    write = encoder("partway")
    write.encode(Frame(8, 7, open_path=()))
    rejected: Any = {"rejected": (("a",),), "open_path": ("b",)}
    assert write.encode(Frame(9, 0, (Change("replace", (), {}),), snapshot=True, **rejected)) == [
        Message('{"s":{},"o":["b"],"x":[["a"]]}')
    ]
