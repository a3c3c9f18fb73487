"""The entrance: a form for the name, with accounts for the password too; who is in, and the way out."""

import hmac
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Connection, Engine
from starlette.requests import HTTPConnection

from db.errors import MedquantError
from db.session import reading
from review.curate.accounts import person_with_password
from review.curate.gate import PERSON, SESSIONS, Gate, cookie, is_open, token_of
from review.curate.passwords import LONGEST as LONGEST_PASSWORD
from review.curate.passwords import stand_in
from review.curate.patience import Patience, TooSoonError
from review.curate.people import LONGEST_NAME, Person, Role, checked_name, folded, known_people
from review.curate.sessions import LONGEST, Sessions, form_token, new_token

TEMPLATES = Path(__file__).with_name("templates")
LONGEST_PATH = 2000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
NOT_OURS = "the form was too old, or not from this page; nothing was done, please send it again"
WRONG = "no account has this name and this password; check both, then try again"


def person_of(request: HTTPConnection) -> Person | None:
    """Return who asks, as known when the request came; None: nobody who is in."""
    person: Person | None = request.scope.get(PERSON)
    return person


def still_in(request: HTTPConnection, connection: Connection | None = None) -> Person | None:
    """Return who asks, as the database says now: None for who left or was removed, else with the role of now.

    Parameters
    ----------
    request
        The request by which the page was opened.
    connection
        That of the write that depends on it: nothing can change in between then.
    """
    sessions: Sessions | None = request.scope.get(SESSIONS)
    token = token_of(request) if sessions else None
    if sessions is None or not token:
        return None
    return sessions.find(token) if connection is None else sessions.find_with(connection, token)


def leave_token(request: HTTPConnection) -> str:
    """Return the token that a form of the page must send as `token`, `/leave` for one."""
    return form_token(token_of(request) or "")


def check_form(request: HTTPConnection, token: str) -> None:
    """Refuse a form that does not come from a page of this browser.

    Raises
    ------
    MedquantError
        If its token is missing or another.
    """
    is_in = person_of(request) is not None
    mine = token_of(request) if is_in else request.cookies.get(_form_cookie(request))
    if not mine or not hmac.compare_digest(form_token(mine).encode(), token.encode(errors="replace")):
        raise MedquantError(NOT_OURS)


def local_path(given: str) -> str:
    """Return where to go after entering: a path of ours as it was given, else the first page."""
    plain = given.isprintable() and "\\" not in given and len(given) <= LONGEST_PATH
    if not plain or not given.startswith("/") or given.startswith("//"):
        return "/"
    try:
        parts = urlsplit(given)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc or is_open(parts.path) else given


def add_entrance(
    app: FastAPI, engine: Engine, *, accounts: bool, sessions: Sessions, patience: Patience | None = None
) -> None:
    """Lay `/enter` and `/leave`, and close every other path to those who are not in.

    Parameters
    ----------
    app
        The program; the page's style is at `/static/curate.css`.
    engine
        The database.
    accounts
        Whether people log in with a password; else a reviewer's name is enough.
    sessions
        The browsers that are in.
    patience
        Counts wrong passwords.
    """
    sessions.accounts = accounts
    entrance = _Entrance(engine, sessions, patience or Patience())
    if accounts:
        stand_in()  # the first log-in should take as long as the second
    app.add_middleware(Gate, sessions=sessions)
    app.add_api_route("/enter", entrance.show, methods=["GET"], response_class=HTMLResponse)
    app.add_api_route("/enter", entrance.enter, methods=["POST"], response_class=HTMLResponse)
    app.add_api_route("/leave", entrance.leave, methods=["POST"], response_class=HTMLResponse)


class _Entrance:
    def __init__(self, engine: Engine, sessions: Sessions, patience: Patience) -> None:
        self._engine, self._sessions, self._patience = engine, sessions, patience
        loader = FileSystemLoader(TEMPLATES)
        self._page = Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(
            "entrance.html"
        )

    def show(self, request: Request, next: str = "/") -> Response:  # noqa: A002 - the word in the address
        return self._form(request, next)

    def enter(
        self,
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        token: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "/",  # noqa: A002
    ) -> Response:
        try:
            check_form(request, token)
        except MedquantError as error:
            return self._form(request, next, name, told=str(error), status=403)
        try:
            person = self._who(request, name, password)
            mine = self._sessions.begin(person, instead_of=token_of(request))
        except TooSoonError as error:
            refused = self._form(request, next, name, told=str(error), status=429)
            refused.headers["retry-after"] = str(error.seconds)
            return refused
        except MedquantError as error:
            return self._form(request, next, name, told=str(error), status=400)
        if self._sessions.accounts:
            # only now: until the session is there the try may still fail
            self._patience.right(folded(name.strip()), self._address(request))
        response = _away(local_path(next))
        response.set_cookie(
            value=mine, max_age=int(LONGEST.total_seconds()), **cookie(request, self._sessions)
        )
        _forget_form(request, response)
        return response

    def leave(self, request: Request, token: Annotated[str, Form()] = "") -> Response:
        mine = token_of(request)
        if person_of(request) is not None and mine:  # who is out already has nothing to lose
            try:
                check_form(request, token)
            except MedquantError as error:
                return self._form(request, "/", told=str(error), status=403)
            self._sessions.end(mine)
        response = _away("/enter")
        response.delete_cookie(**cookie(request, self._sessions))
        return response

    def _who(self, request: Request, name: str, password: str) -> Person:
        if not self._sessions.accounts:
            with reading(self._engine) as connection:
                return Person(checked_name(connection, name), Role.ADJUDICATOR)
        self._patience.claim(folded(name.strip()), self._address(request))
        person = person_with_password(self._engine, name, password)
        if person is None:
            raise MedquantError(WRONG)
        return person

    def _address(self, request: Request) -> str:
        """Return from where a try comes; only of a proxy that was named as such is the header believed, and its own part.

        Earlier parts of X-Forwarded-For anybody can write; the last one the proxy adds, and without it all would share the
        proxy's address, and one person's wrong passwords would keep everybody out.
        """
        own = request.client.host if request.client else ""
        if not self._sessions.behind_https:
            return own
        return request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()[:100] or own

    def _form(
        self, request: Request, next_path: str, name: str = "", *, told: str = "", status: int = 200
    ) -> Response:
        mine = token_of(request) if person_of(request) is not None else None
        fresh = request.cookies.get(_form_cookie(request)) or new_token()
        known: tuple[str, ...] = ()
        if not self._sessions.accounts:
            with reading(self._engine) as connection:
                known = known_people(connection)
        page = self._page.render(
            accounts=self._sessions.accounts,
            known=known,
            longest_name=LONGEST_NAME,
            longest_password=LONGEST_PASSWORD,
            name=name,
            next=local_path(next_path),
            person=person_of(request),
            token=form_token(mine or fresh),
            told=told,
        )
        response = HTMLResponse(page, status)
        response.headers["content-security-policy"] = POLICY
        response.headers["cache-control"] = "no-store"
        if mine is None:
            how = cookie(request, self._sessions) | {"key": _form_cookie(request)}
            response.set_cookie(value=fresh, **how)
        return response


def _form_cookie(connection: HTTPConnection) -> str:
    how = cookie(connection, connection.scope[SESSIONS])
    return f"{how['key']}_form"


def _forget_form(request: Request, response: Response) -> None:
    how = cookie(request, request.scope[SESSIONS]) | {"key": _form_cookie(request)}
    response.delete_cookie(**how)


def _away(path: str) -> Response:
    response = RedirectResponse(quote(path, safe="/%?=&#:+,;@!$'()*~[]"), status_code=303)
    response.headers["cache-control"] = "no-store"
    return response
