"""`medquant review serve`: the web page on which a review is curated."""

import argparse
from typing import TYPE_CHECKING

from db.command import add_verb, whole
from review.screening_cli import add_keywords, file_given

if TYPE_CHECKING:
    from fastapi import FastAPI

LOOPBACK = "127.0.0.1"
PORT = 8650
MEBI = 1024 * 1024
UPLOAD = 64


def add_serve_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `serve`; nothing heavy is imported before it runs."""
    serve = add_verb(verbs, "serve", "open the web page on which the review is curated")
    serve.add_argument(
        "--host",
        default=LOOPBACK,
        metavar="ADDRESS",
        help=f"where to listen (default: {LOOPBACK}, this machine alone); any other address demands accounts",
    )
    serve.add_argument(
        "--port", type=whole, default=PORT, metavar="N", help=f"default: {PORT}; 0 takes a free one"
    )
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser")
    serve.add_argument(
        "--largest-upload",
        type=whole,
        default=UPLOAD,
        metavar="MB",
        help=f"the largest file that may be imported (default: {UPLOAD})",
    )
    add_keywords(serve)
    serve.add_argument(
        "--accounts",
        action="store_true",
        help="demand accounts on this machine too (see `account`); else a reviewer's name is enough there",
    )
    serve.add_argument(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further name by which browsers reach the page, such as that of a proxy (repeatable)",
    )
    serve.add_argument(
        "--behind-https",
        action="store_true",
        help="browsers come through a proxy that speaks https; demands accounts",
    )
    serve.set_defaults(run=_serve)


def _serve(given: argparse.Namespace) -> int:
    from db.errors import MedquantError
    from db.schema import open_current
    from db.session import reading

    engine = open_current(given.db)
    try:
        from review.curate.app import build_app
    except ModuleNotFoundError as error:
        raise MedquantError(
            f"the web page needs {error.name}, which is not installed; pip install 'medquant[curate]'"
        ) from None
    from review.curate.accounts import accounts_exist
    from review.curate.app import Entry
    from review.curate.guard import check_host, hosts_of, is_loopback
    from review.keywords import read_keywords

    accounts = given.accounts or given.behind_https or bool(given.allowed_host) or not is_loopback(given.host)
    if accounts:
        with reading(engine) as connection:
            exist = accounts_exist(connection)
        check_host(given.host, exist)
        if not exist:
            raise MedquantError(
                "this demands accounts, and there is none yet; make one with `medquant review account add NAME --role "
                "adjudicator`"
            )
    entry = Entry(accounts, given.behind_https, hosts_of(given.host, given.allowed_host))
    app = build_app(
        engine,
        entry,
        pictures=given.pictures(),
        largest_upload=given.largest_upload * MEBI,
        keywords=read_keywords(file_given(given.keywords)),
    )
    return _listen(app, given.host, given.port, browser=not given.no_browser)


def _listen(app: "FastAPI", host: str, port: int, *, browser: bool) -> int:
    """Serve until interrupted; the address is printed as soon as somebody can come in."""
    import socket
    import webbrowser
    from contextlib import suppress

    import uvicorn

    from db.errors import MedquantError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise MedquantError(
            f"{host} port {port} cannot be listened on ({error.strerror}); name another with --port, or 0 for a free one"
        ) from None
    shown = f"[{host}]" if family == socket.AF_INET6 else host
    address = f"http://{shown}:{listener.getsockname()[1]}/"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                print(f"{address} is open; Ctrl-C closes it", flush=True)
                if browser:
                    webbrowser.open(address)

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, lifespan="on", proxy_headers=False
    )
    with suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listener])
    return 0
