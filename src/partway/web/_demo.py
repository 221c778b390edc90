"""The demo as an application: its page, and replays that a page starts, steers and watches.

A replay lives here and not in the page. So the page can be loaded again in the middle of it, and shows what a page in
front of a model would: a stream that somebody else paces. Everything that the page needs comes from here; its
`Content-Security-Policy` holds it to that.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from partway import UsageError
from partway.web._demo_replay import Replay, Replays
from partway.web._demo_scenarios import SCENARIOS
from partway.web._event_stream import EventStream

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["demo_app"]

_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_PAGE: Final = ("index.html", "style.css", "sky.css", "theme.js", "demo.js", "replay.js", "place.js", "icon.svg")
_HEADERS: Final = {
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}
_STARTED: Final = {"scenario": "name", "cut": "cut", "per_second": "per_second", "playing": "playing"}
_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "scenario": (str,),
    "cut": (int, type(None)),
    "per_second": (int, float),
    "playing": (bool,),
    "step": (int,),
}


def demo_app(replays: Replays | None = None) -> Starlette:
    """Make the application.

    Args:
        replays: Where its replays are kept; they are ended when the application shuts down.
    """
    replays = Replays() if replays is None else replays
    pages = _Endpoints(replays)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await replays.aclose()

    routes = [
        Route("/", _file("demo", "index.html")),
        *(Route(f"/{name}", _file("demo", name)) for name in _PAGE[1:]),
        Route("/partway.js", _file("static", "partway.js")),
        Route("/scenarios", _scenarios),
        Route("/replays", pages.start, methods=["POST"]),
        Route("/replays/{id}", pages.tell),
        Route("/replays/{id}", pages.steer, methods=["POST"]),
        Route("/replays/{id}/value", pages.value),
        Route("/replays/{id}/deltas", pages.deltas),
    ]
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers={UsageError: _refuse})


class _Endpoints:
    """The endpoints of replays."""

    def __init__(self, replays: Replays) -> None:
        self._replays = replays

    async def start(self, request: Request) -> Response:
        asked = await _asked(request, _STARTED)
        replay = Replay(**{_STARTED[key]: value for key, value in asked.items()})
        self._replays.add(replay)
        return JSONResponse(replay.as_dict(), 201)

    async def tell(self, request: Request) -> Response:
        return JSONResponse(self._found(request).as_dict())

    async def steer(self, request: Request) -> Response:
        replay = self._found(request)
        asked = await _asked(request, ("playing", "per_second", "step"))
        if "per_second" in asked:
            replay.tape.per_second = asked["per_second"]
        if "playing" in asked:
            replay.tape.playing = asked["playing"]
        replay.tape.step(max(0, asked.get("step", 0)))
        return JSONResponse(replay.as_dict())

    async def value(self, request: Request) -> Response:
        return EventStream(self._found(request).value)

    async def deltas(self, request: Request) -> Response:
        return EventStream(self._found(request).deltas)

    def _found(self, request: Request) -> Replay:
        replay = self._replays.find(request.path_params["id"])
        if replay is None:
            raise HTTPException(404, "there is no such replay")
        return replay


async def _asked(request: Request, known: Any) -> dict[str, Any]:
    """What the body of a request asks for.

    Raises:
        UsageError: It is no JSON object of the keys that are known.
    """
    try:
        asked = await request.json()
    except ValueError as error:
        raise UsageError("the body of the request is not JSON") from error
    if not isinstance(asked, dict):
        raise UsageError("the body of the request is no JSON object")
    for key, value in asked.items():
        if key not in known:
            raise UsageError(f"there is no {key!r} to ask for; there are {', '.join(known)}")
        if not isinstance(value, _KINDS[key]) or (isinstance(value, bool) and bool not in _KINDS[key]):
            raise UsageError(f"{key} cannot be {value!r}")
    return asked


async def _refuse(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


async def _scenarios(_: Request) -> Response:
    return JSONResponse([each.as_dict() for each in SCENARIOS], headers=_HEADERS)


def _file(folder: str, name: str) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that gives a file of the package."""
    headers = {**_HEADERS, "content-type": _TYPES[name.rpartition(".")[2]]}

    async def give(_: Request) -> Response:
        return Response(files("partway.web").joinpath(folder, name).read_bytes(), headers=headers)

    return give
