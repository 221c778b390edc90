"""The demo as a page asks it: what it is given, and what it is refused."""

from __future__ import annotations

import asyncio
import json
import re
from importlib.resources import files

import httpx
import pytest

from partway.patches import Replica
from partway.sse import Parser
from partway.web._demo import demo_app
from partway.web._demo_replay import Replays

REFUSED = [
    (b"[]", "the body of the request is no JSON object"),
    (b"{", "the body of the request is not JSON"),
    (b"\xff", "the body of the request is not JSON"),
    (b'{"scenario": "x"}', "there is no scenario 'x'; there are language, night, misfit, cut_off"),
    (b'{"scenario": 1}', "scenario cannot be 1"),
    (b'{"cut": 0}', "cut is 0: text is cut into pieces of at least 1 character"),
    (b'{"cut": true}', "cut cannot be True"),
    (b'{"per_second": 0}', "per_second is from 0.5 to 1000 deltas, not 0"),
    (b'{"playing": 1}', "playing cannot be 1"),
    (b'{"step": 1}', "there is no 'step' to ask for; there are scenario, cut, per_second, playing"),
]


def asked(ask):
    """Run what asks the demo, and give what it gives."""

    async def main():
        replays = Replays()
        try:
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(demo_app(replays)), base_url="http://demo"
            ) as client:
                return await ask(client)
        finally:
            await replays.aclose()

    return asyncio.run(main())


def last_value(body: str) -> Replica:
    replica = Replica()
    parser = Parser()
    for event in [*parser.feed(body), *parser.finish()]:
        replica.feed(event.data)
    return replica


def test_a_replay_is_started_and_read_to_its_end():
    async def ask(client):
        started = await client.post("/replays", json={"scenario": "language", "per_second": 500, "cut": 3})
        assert started.status_code == 201
        told = started.json()
        value, deltas = await asyncio.gather(
            client.get(f"/replays/{told['id']}/value"), client.get(f"/replays/{told['id']}/deltas")
        )
        return told, last_value(value.text), last_value(deltas.text)

    told, value, deltas = asked(ask)
    assert told.pop("id")
    assert told == {"scenario": "language", "cut": 3, "per_second": 500, "playing": True, "given": 0, "total": 21}
    assert (value.value, value.status) == ({"language": "javascript", "frameworks": []}, "complete")
    assert len(deltas.value) == 21


def test_a_replay_is_steered():
    async def ask(client):
        replay = (await client.post("/replays", json={"playing": False})).json()["id"]
        steps = [{}, {"step": 3}, {"per_second": 2.5, "step": -1}, {"playing": True}, {"playing": False}]
        return [(await client.post(f"/replays/{replay}", json=step)).json() for step in steps]

    told = asked(ask)
    assert [(one["given"], one["per_second"], one["playing"]) for one in told] == [
        (0, 40, False),
        (3, 40, False),
        (3, 2.5, False),
        (3, 2.5, True),
        (3, 2.5, False),
    ]


@pytest.mark.parametrize(("body", "message"), REFUSED, ids=[body.decode("latin-1") for body, _ in REFUSED])
def test_what_cannot_be_is_refused_in_words(body, message):
    answer = asked(lambda client: client.post("/replays", content=body))
    assert (answer.status_code, answer.json()) == (400, {"error": message})


@pytest.mark.parametrize("path", ["/replays/x", "/replays/x/value", "/replays/x/deltas", "/../_demo.py", "/x"])
def test_what_is_not_there_is_not_found(path):
    assert asked(lambda client: client.get(path)).status_code == 404


def test_the_page_and_all_that_it_names_are_served_with_a_policy():
    async def ask(client):
        page = await client.get("/")
        named = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
        modules = ["place.js", "replay.js", "partway.js"]
        return page, [await client.get(name) for name in {*named, *modules}]

    page, parts = asked(ask)
    assert len(parts) >= 7
    for answer in (page, *parts):
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_nothing_of_the_page_is_elsewhere():
    for file in files("partway.web").joinpath("demo").iterdir():
        if file.name.endswith((".html", ".css", ".js", ".svg")):
            text = file.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")  # a name, not an address
            assert re.findall(r"https?:|url\(|@import", text) == [], file.name


def test_a_page_is_told_the_scenarios_in_order():
    told = asked(lambda client: client.get("/scenarios")).json()
    assert [each["name"] for each in told] == ["language", "night", "misfit", "cut_off"]
    assert json.dumps(told)
