"""The gate: who is in passes, who is not is shown the entrance; an open page ends with the session behind it."""

import time
from typing import Any
from urllib.parse import quote

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.errors import MedquantError
from review.curate.people import Person
from review.curate.sessions import Sessions

SESSIONS, PERSON = "medquant.sessions", "medquant.person"
OPEN = ("/enter", "/leave", "/favicon.ico")
OPEN_UNDER = "/static/"
LOOK_EVERY = 2.0
"""Seconds between two looks whether the person of an open page is still in; each write looks for itself."""


def cookie_name(connection: HTTPConnection, sessions: Sessions) -> str:
    """Return the name of the cookie; over plain http it names the port, since browsers do not part ports."""
    if is_secure(connection, sessions):
        return "__Host-medquant"
    server = connection.scope.get("server")
    return f"medquant_{server[1] if server else ''}"


def is_secure(connection: HTTPConnection, sessions: Sessions) -> bool:
    """Return whether the browser came over https."""
    return sessions.behind_https or connection.scope["scheme"] in ("https", "wss")


def sessions_of(connection: HTTPConnection) -> Sessions:
    """Return the sessions of the program that was asked."""
    sessions: Sessions = connection.scope[SESSIONS]
    return sessions


def token_of(connection: HTTPConnection) -> str | None:
    """Return the token that the browser sent."""
    return connection.cookies.get(cookie_name(connection, sessions_of(connection)))


def is_open(path: str) -> bool:
    """Return whether a path is for everybody."""
    return path in OPEN or (path.startswith(OPEN_UNDER) and ".." not in path and "\\" not in path)


class Gate:
    """ASGI middleware that lets those pass who are in; everything that is not named open is closed."""

    def __init__(self, app: ASGIApp, *, sessions: Sessions) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or send the browser to the entrance."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope[SESSIONS] = self._sessions
        connection = HTTPConnection(scope)
        token = token_of(connection)
        person = await self._person(token)
        scope[PERSON] = person
        if person is None and not is_open(scope["path"]):
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1008})  # before it is accepted: status 403
            else:
                await _to_entrance(scope)(scope, receive, send)
            return
        if scope["type"] == "websocket" and person is not None:
            watch = _Watch(self, token, person, receive, send)
            receive, send = watch.receive, watch.send
        await self._app(scope, receive, send)

    async def _person(self, token: str | None) -> Person | None:
        return await to_thread.run_sync(self._sessions.touch, token) if token else None

    async def is_still(self, token: str | None, name: str) -> bool:
        """Return whether the browser is still in, as the same person."""
        try:
            person = await self._person(token)
        except MedquantError:
            return False  # the browser connects again by itself once the database answers
        return person is not None and person.name == name


class _Watch:
    """A websocket that is cut off when its person is out."""

    def __init__(self, gate: Gate, token: str | None, person: Person, receive: Receive, send: Send) -> None:
        self._gate, self._token, self._name = gate, token, person.name
        self._receive, self._send = receive, send
        self._looked = time.monotonic()
        self._over = False

    async def receive(self) -> Message:
        """Receive what the browser of somebody who is in sends."""
        message = await self._receive()
        if message["type"] == "websocket.receive" and not await self._is_in():
            return {"type": "websocket.disconnect", "code": 1008, "reason": ""}
        return message

    async def send(self, message: Message) -> None:
        """Send to the browser of somebody who is in; what comes too late is dropped."""
        if message["type"] == "websocket.send" and not await self._is_in():
            return
        if not self._over:
            await self._send(message)

    async def _is_in(self) -> bool:
        now = time.monotonic()
        if not self._over and now - self._looked >= LOOK_EVERY:
            self._looked = now
            if not await self._gate.is_still(self._token, self._name) and not self._over:
                self._over = True
                await self._send(
                    {"type": "websocket.close", "code": 1008, "reason": "you are not in any more"}
                )
        return not self._over


def _to_entrance(scope: Scope) -> Response:
    """Return the answer to somebody who is not in: the entrance for a person, a word for a program."""
    path, query = scope["path"], scope["query_string"].decode("latin-1")
    wanted = Headers(scope=scope).get("accept", "*/*")
    for_program = "application/json" in wanted and "text/html" not in wanted
    if scope["method"] not in ("GET", "HEAD") or path.startswith("/_nicegui") or for_program:
        return PlainTextResponse("You are not in any more. Enter again; nothing was changed.\n", 401)
    here = path + (f"?{query}" if query else "")
    return RedirectResponse(f"/enter?next={quote(here, safe='/')}", status_code=303)


def cookie(connection: HTTPConnection, sessions: Sessions) -> dict[str, Any]:
    """Return how the cookie is set and taken away."""
    return {
        "key": cookie_name(connection, sessions),
        "path": "/",
        "secure": is_secure(connection, sessions),
        "httponly": True,
        "samesite": "strict",
    }
