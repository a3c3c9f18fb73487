"""A small program behind the entrance, and a browser that comes to it."""

import html
import re
from collections.abc import Callable
from typing import Any

import httpx
from fastapi import FastAPI, Request, WebSocket
from sqlalchemy import Engine

from db.session import writing
from review.curate.entrance import add_entrance, check_form, leave_token, person_of, still_in
from review.curate.people import Role
from review.curate.sessions import Sessions
from tests.review.curate.serving import HOST

GOOD = "a heron on the north pier"
ROLES = {"ana": Role.CURATOR, "ben": Role.READER}
WRITTEN: list[str] = []
"""What websockets wrote."""


def door_program(engine: Engine, **given: Any) -> FastAPI:
    """Make a small program that stands in for the page, behind the entrance."""
    app = FastAPI()

    @app.get("/")
    @app.get("/studies/{study}")
    def page(request: Request) -> dict[str, Any]:
        person = person_of(request)
        return {"name": person and person.name, "role": person and person.role, "token": leave_token(request)}

    @app.post("/write")
    def write(request: Request) -> dict[str, Any]:
        check_form(request, request.headers.get("token", ""))
        with writing(engine, actor="x", reason="y") as connection:
            person = still_in(request, connection)
        assert person == still_in(request)
        return {"role": person and person.role}

    @app.get("/static/curate.css")
    def style() -> str:
        return "body {}"

    @app.websocket("/_nicegui_ws/socket.io/")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        person = person_of(websocket)
        await websocket.send_text(person.name if person else "nobody")
        async for words in websocket.iter_text():
            if words.startswith("write"):
                WRITTEN.append(words)
            else:
                await websocket.send_text(words)

    accounts = given.pop("accounts", False)
    behind = given.pop("behind_https", False)
    add_entrance(app, engine, accounts=accounts, sessions=Sessions(engine, behind_https=behind), **given)
    return app


class Browser:
    """A browser that follows nothing by itself, and fills in forms."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"host": HOST}, trust_env=False)

    def cookies(self) -> dict[str, str]:
        return dict(self.http.cookies)

    def session(self) -> str | None:
        return self.http.cookies.get(f"medquant_{self.port}")

    def plant(self, token: str) -> None:
        """Have a cookie that the server did not set."""
        self.http.cookies.set(f"medquant_{self.port}", token, domain="127.0.0.1")

    def form(self, path: str = "/enter") -> dict[str, str]:
        """Return the hidden fields of the page's form."""
        return hidden_fields(self.http.get(path).text)

    def enter(self, name: str, password: str = "", **more: str) -> httpx.Response:
        return self.http.post("/enter", data=self.form() | {"name": name, "password": password} | more)

    def leave(self) -> httpx.Response:
        return self.http.post("/leave", data={"token": self.http.get("/").json()["token"]})

    def name(self) -> str | None:
        answer = self.http.get("/")
        return answer.json()["name"] if answer.status_code == 200 else None


def hidden_fields(page: str) -> dict[str, str]:
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'hidden" name="(\w+)" value="([^"]*)"', page)
    }


BehindDoor = Callable[..., Callable[[], Browser]]
"""Serve a program with such an entrance; returns what opens a new browser at it."""
