"""EventStream: one response, from the server's side of ASGI, so that each step is the test's to take."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from typing import get_args

import pytest
from starlette.background import BackgroundTask
from viewers import BEGINNING, PIECES, SO_FAR, TEXT, VALUE, Client, Fed, Recipe, Screen, settled, turns, watch

from partway import UsageError, stream
from partway.patches import Format, encoder
from partway.sse import Parser
from partway.web import Broadcast, EventStream

KNOWS_NOTHING = ["", "abc", "-1", "0", "1e3", " 1", "1 ", "999999999", "9" * 40, "²", b"\xff\xfe", "1\x00"]
"""What a client may say that it has, and nobody sent it."""


class Stop(BaseException):
    """What is no `Exception`."""


ENDS = [
    (BEGINNING, None, "TruncatedJSONError", None),
    (["no JSON ", "here"], None, "NoJSONError", None),
    (['{"title": nothing'], None, "MalformedJSONError", None),
    (['{"title": 1}'], None, "MismatchError", None),
    (BEGINNING, ConnectionError("secret at 10.0.0.1"), "ConnectionError", "the source failed"),
    (["{", 5], None, "UsageError", "the source failed"),
    (BEGINNING, Stop("secret"), "Stop", "the source failed"),  # clients waited for ever
]
"""What comes, what the source raises then, and the error that the client gets: its type, and a message of a few."""

NO_STREAM = [
    ({"format": "morse"}, "morse"),
    ({"format": None}, "None"),
    ({"keep_alive": 0}, "keep_alive is a number of seconds, not 0"),
    ({"keep_alive": -1}, "keep_alive is a number of seconds, not -1"),
    ({"per_second": 0}, "per_second is how often clients are told, not 0"),
    ({"linger": -1}, "linger is a number of seconds, not -1"),
    ({"format": ["text"]}, "['text']"),
    ({"keep_alive": "1"}, "keep_alive is a number of seconds, not '1'"),
    ({"per_second": "1"}, "per_second is how often clients are told, not '1'"),
    ({"linger": None}, "linger is a number of seconds, not None"),
    ({"no_such_option": 1}, "no_such_option"),
]


async def pieces(chunks=PIECES, error=None):
    for chunk in chunks:
        await asyncio.sleep(0)
        yield chunk
    if error is not None:
        raise error


def blocks(chunks=PIECES, error=None):
    yield from chunks
    if error is not None:
        raise error


def response(**how):
    return EventStream(stream(pieces(), Recipe), **how)


@pytest.mark.parametrize("source", [pieces, blocks])
def test_a_client_gets_the_value_and_the_end(source):
    screen = asyncio.run(watch(EventStream(stream(source(), Recipe))))
    assert (screen.value, screen.over, screen.errors) == (VALUE, True, [])


def test_the_headers_are_those_of_an_event_stream():
    client = asyncio.run(Client(response(headers={"x-mine": "1"})).run())
    assert client.status == 200
    assert client.headers == {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache",
        "x-accel-buffering": "no",
        "x-mine": "1",
    }


def test_headers_of_ours_can_be_replaced():
    client = asyncio.run(Client(response(headers={"cache-control": "no-store"})).run())
    assert client.headers["cache-control"] == "no-store"


def test_a_text_format_is_sent_as_it_is():
    client = asyncio.run(Client(response(format="text")).run())
    assert client.headers["content-type"].startswith("text/plain")
    assert b"".join(client.body).decode() == TEXT


@pytest.mark.parametrize("format_", get_args(Format))
def test_every_format_is_sent_to_its_end_with_its_headers(format_):
    client = asyncio.run(Client(response(format=format_)).run())
    shape = encoder(format_)
    assert client.headers["content-type"].startswith(shape.media_type)
    assert shape.headers.items() <= client.headers.items()
    assert client.ended
    if shape.sse:
        events = (parser := Parser()).feed(b"".join(client.body).decode())
        assert events
        assert not parser.finish()
        assert all(
            line.startswith(("data:", "id:", "event:")) for line in b"".join(client.body).decode().split("\n") if line
        )


def test_an_option_of_a_format_reaches_it():
    client = asyncio.run(Client(response(format="datastar", signal="soup")).run())
    assert b'data:signals {"soup"' in b"".join(client.body)


@pytest.mark.parametrize(("how", "message"), NO_STREAM)
def test_what_cannot_be_is_refused_when_it_is_made(how, message):
    with pytest.raises(UsageError, match=message):
        response(**how)


def test_what_is_no_run_is_refused():
    with pytest.raises(UsageError, match=r"^a run is broadcast, as stream\(\) gives it, not list$"):
        EventStream([])


def test_head_gets_the_headers_and_starts_nothing():
    async def scenario():
        source = Fed()
        stream_of_it = EventStream(stream(source, Recipe))
        client = await Client(stream_of_it, method="HEAD").run()
        await turns(5)
        assert (client.status, client.body, client.ended) == (200, [], True)
        assert client.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert (source.pulled, len(asyncio.all_tasks())) == (0, 1)

    asyncio.run(scenario())


@pytest.mark.parametrize("last", KNOWS_NOTHING)
def test_a_client_that_says_it_has_what_nobody_sent_gets_it_all(last):
    async def scenario():
        broadcast = Broadcast(stream(pieces(), Recipe))
        assert (await watch(EventStream(broadcast), last=last)).value == VALUE
        late = await watch(EventStream(broadcast), last=last)
        assert (late.value, late.messages) == (VALUE, 1)

    asyncio.run(scenario())


def test_the_query_says_it_for_those_who_cannot_set_headers_and_the_header_counts():
    async def scenario():
        broadcast = Broadcast(stream(pieces(), Recipe), per_second=1e9)
        first = await watch(EventStream(broadcast))
        has = str(first.seq - 1)
        asked = [{"query": f"a=1&last_event_id={has}"}, {"query": "last_event_id=1", "last": has}, {"last": has}]
        sent = [(await Client(EventStream(broadcast), **how).run()).body for how in asked]
        assert sent[0] == sent[1] == sent[2]
        assert len(b"".join(sent[0])) < len(b"".join((await Client(EventStream(broadcast)).run()).body)) / 2

    asyncio.run(scenario())


def test_a_client_that_has_all_of_what_has_ended_is_told_to_give_up():
    async def scenario():
        broadcast = Broadcast(stream(pieces(), Recipe))
        screen = await watch(EventStream(broadcast))
        client = await Client(EventStream(broadcast), last=screen.seq).run()
        assert (client.status, client.body, client.ended) == (204, [], True)

    asyncio.run(scenario())


@pytest.mark.parametrize("source", [pieces, blocks])
@pytest.mark.parametrize(("chunks", "raised", "kind", "message"), ENDS)
def test_a_run_that_fails_ends_with_its_error(source, chunks, raised, kind, message, caplog):
    async def scenario():
        run = stream(source(chunks, raised), Recipe, **({"json_only": True} if kind == "MalformedJSONError" else {}))
        client = Client(EventStream(run), take=(screen := Screen()).show)
        screen.connect()
        await client.run()
        return client, screen

    with caplog.at_level(logging.ERROR, "partway"):
        client, screen = asyncio.run(scenario())
    (error,) = screen.errors
    assert (client.status, client.ended, error["type"]) == (200, True, kind)
    if message is not None:
        assert error["message"] == message
    assert b"secret" not in b"".join(client.body)
    ours = message != "the source failed"
    assert [record.getMessage() for record in caplog.records] == ([] if ours else ["the source of a run failed"])
    if raised is not None:
        assert caplog.records[0].exc_info[1] is raised


@pytest.mark.parametrize("format", ["text", "ag-ui-tool", "vercel-ui"])
def test_half_of_a_pair_in_a_text_is_an_error_like_any_other(format):  # noqa: A002  # so it is called
    # The response broke off with a UnicodeEncodeError.
    client = asyncio.run(Client(EventStream(stream(['{"title": "a\ud83d', '\ude00b"}'], Recipe), format=format)).run())
    assert client.ended
    assert "a\ufffd" in b"".join(client.body).decode()


def test_what_had_come_before_an_error_stays():
    screen = asyncio.run(watch(EventStream(stream(pieces(BEGINNING), Recipe))))
    assert screen.value == SO_FAR


@pytest.mark.parametrize("fails", [False, True])
def test_a_run_that_ended_before_is_final_at_once(fails):
    async def scenario():
        broadcast = Broadcast(stream(pieces(BEGINNING if fails else PIECES), Recipe))
        await watch(EventStream(broadcast))
        late = await watch(EventStream(broadcast))
        assert (late.messages, late.over, len(late.errors)) == (1, True, int(fails))
        assert late.value == (SO_FAR if fails else VALUE)

    asyncio.run(scenario())


@pytest.mark.parametrize("source", [pieces, blocks])
def test_a_run_that_somebody_else_has_read_to_its_end_can_be_sent(source):
    async def scenario():
        run = stream(source(), Recipe)
        if source is pieces:
            await run.result()
        else:
            run.result()
        assert (await watch(EventStream(run))).value == VALUE

    asyncio.run(scenario())


def test_streams_of_one_run_share_a_broadcast():
    async def scenario():
        source = Fed()
        run = stream(source, Recipe)
        async with asyncio.TaskGroup() as group:
            watching = [group.create_task(watch(EventStream(run))) for _ in range(3)]
            source.feed(*PIECES)
            source.end()
        assert [task.result().value for task in watching] == [VALUE] * 3
        assert source.pulled == len(PIECES)
        assert (await watch(EventStream(run))).value == VALUE

    asyncio.run(scenario())


def test_silence_is_broken_by_comments():
    async def scenario():
        source = Fed()
        client = Client(EventStream(stream(source, Recipe), keep_alive=0.005))
        async with asyncio.TaskGroup() as group:
            group.create_task(client.run())
            await client.until(lambda: client.body.count(b":\n\n") == 3)
            source.feed(*PIECES)
            source.end()
        assert json.loads(b"".join(client.body).decode().rpartition("data:")[2])["d"] == 1

    asyncio.run(scenario())


@pytest.mark.parametrize("how", [{"keep_alive": None}, {"keep_alive": 0.001, "format": "text"}])
def test_no_comment_is_sent_where_none_is_wanted_or_none_can_be(how):
    async def scenario():
        source, heard = Fed(), Fed()
        client = Client(EventStream(stream(source, Recipe), **how))
        other = Client(EventStream(stream(heard, Recipe), keep_alive=0.005))
        tasks = [asyncio.create_task(each.run()) for each in (client, other)]
        await other.until(lambda: other.body.count(b":\n\n") == 3)
        assert b":\n\n" not in client.body
        for each in (client, other):
            each.leave()
        await asyncio.gather(*tasks)

    asyncio.run(scenario())


def test_a_background_task_runs_when_the_response_is_over():
    ran = []
    client = Client(response(background=BackgroundTask(lambda: ran.append(client.ended))))
    asyncio.run(client.run())
    assert ran == [True]


def test_when_the_client_goes_the_source_is_closed_within_a_few_turns_of_the_loop():
    async def scenario():
        source = Fed()
        client = Client(EventStream(stream(source, Recipe)))
        task = asyncio.create_task(client.run())
        source.feed(*BEGINNING)
        await client.until(lambda: bool(client.body))
        client.leave()
        await turns(6)  # who listens for it, the pull, what that waits for, the run's driver, the source
        assert source.closed
        await task
        assert (client.ended, len(asyncio.all_tasks())) == (False, 1)

    asyncio.run(scenario())


def test_a_client_that_goes_while_a_send_waits_for_it_is_let_go():
    async def scenario():
        source = Fed()
        client = Client(EventStream(stream(source, Recipe)))
        task = asyncio.create_task(client.run())
        source.feed(*BEGINNING)
        await client.until(lambda: bool(client.body))
        client.reading.clear()
        source.feed(*PIECES[9:])
        await settled(lambda: client.sending)
        client.leave()
        await task
        assert (source.closed, len(asyncio.all_tasks())) == (True, 1)

    asyncio.run(scenario())


def test_a_send_that_raises_says_that_the_client_has_gone():
    class Hangs(Client):
        async def _send(self, message):
            await super()._send(message)
            if self.body:
                raise OSError

    async def scenario():
        source = Fed()
        source.feed(*BEGINNING)
        client = await Hangs(EventStream(stream(source, Recipe))).run()
        assert (source.closed, len(client.body), len(asyncio.all_tasks())) == (True, 1, 1)

    asyncio.run(scenario())


def test_a_server_that_is_stopped_closes_the_source():
    async def scenario():
        source = Fed()
        client = Client(EventStream(stream(source, Recipe), linger=60))
        task = asyncio.create_task(client.run())
        source.feed(*BEGINNING)
        await client.until(lambda: bool(client.body))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return source  # asyncio.run cancels what is left, as servers are run by it

    assert asyncio.run(scenario()).closed


def test_without_starlette_an_import_says_what_to_install():
    program = "import sys; sys.modules['starlette'] = None; import partway.web"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)  # noqa: S603
    said = "partway.web needs starlette, which is not installed: pip install 'partway[web]'"
    assert done.stderr.strip().endswith(f"ModuleNotFoundError: {said}")
