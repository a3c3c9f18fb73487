"""A program served on a port of its own, asked as browsers ask: over the network, with any Host and Origin."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from time import monotonic, sleep

import uvicorn
from starlette.types import ASGIApp
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

HOST = "127.0.0.1:8080"
"""What requests call the server, whatever its port is."""


@contextmanager
def served(app: ASGIApp, **more: bool) -> Iterator[int]:
    """Serve a program in a thread; give its port."""
    how = {
        "lifespan": "off",
        "log_level": "critical",
        "ws": "websockets-sansio",
        "proxy_headers": False,
    } | more
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, **how))  # type: ignore[arg-type]
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    until = monotonic() + 20
    while not server.started and monotonic() < until:
        sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)


def websocket(
    port: int,
    path: str,
    *,
    origin: str | None = f"http://{HOST}",
    host: str = HOST,
    headers: Mapping[str, str] | None = None,
) -> ClientConnection:
    """Open a websocket."""
    return connect(
        f"ws://{host}{path}",
        sock=socket.create_connection(("127.0.0.1", port)),
        origin=None if origin is None else Origin(origin),
        additional_headers=headers,
        open_timeout=10,
        proxy=None,
    )
