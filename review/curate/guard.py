"""What stands before the page: hosts, origins and sizes that are not refused, and what browsers are told."""

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.errors import MedquantError, shown

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - compared, not bound
"""As an allowed host: every address in digits. A name can be made to point here by its owner, digits cannot."""

HEADERS = {
    # the page compiles its templates in the browser (Vue) and carries its start in the page itself: without
    # 'unsafe-eval' and 'unsafe-inline' it stays empty; nothing from elsewhere is run, fetched, framed or sent to
    "content-security-policy": (
        "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), serial=(), usb=()"
    ),
    # "no-referrer" would make browsers send "Origin: null" with our own forms
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a server at a host."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def check_host(host: str, accounts_exist: bool) -> None:
    """Refuse to serve others than this machine as long as nobody could log in.

    Raises
    ------
    MedquantError
        With the command that makes an account.
    """
    if not is_loopback(host) and not accounts_exist:
        raise MedquantError(
            f"--host {host} lets other machines in, and there is no account yet; make one with `medquant review account "
            "add NAME --role adjudicator`, or leave --host out to serve this machine alone"
        )


def hosts_of(host: str, names: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the hosts that a server may be asked for.

    Parameters
    ----------
    host
        Where it listens.
    names
        Other names by which people reach it, such as that of a proxy.
    """
    mine = [host if ":" not in host or host.startswith("[") else f"[{host}]"]
    if is_loopback(host):
        mine += LOOPBACK
    elif host in (ANY_ADDRESS, "::", "[::]"):
        mine += [*LOOPBACK, ANY_ADDRESS, socket.gethostname(), socket.getfqdn()]
    return tuple(dict.fromkeys(name.lower() for name in (*mine, *names)))


class Guard:
    """ASGI middleware that refuses what no page of ours sends.

    Parameters
    ----------
    app
        What it stands before.
    allowed_hosts
        See `hosts_of`. A page elsewhere whose name is made to point here (DNS rebinding) asks for another host.
    max_body
        Largest body of a request in bytes.
    """

    def __init__(self, app: ASGIApp, *, allowed_hosts: Iterable[str], max_body: int) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in allowed_hosts)
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})  # before it is accepted: status 403
            return
        send = _with_headers(send)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        body = _Body(receive, send, self._max_body)
        try:
            await self._app(scope, body.receive, body.send)
        except Exception:
            # a browser that went away in the middle of an answer is no failure of ours
            if not (body.too_large or body.gone):
                raise
        if body.too_large and not body.started:
            await _too_large(self._max_body)(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        """Return the answer to a request that is not passed on."""
        host = _one_header(scope, b"host")
        if host is None or not self._is_allowed(host):
            return _words(
                400,
                f"This server is not known as {shown(host or '')}. Use the address that `medquant review serve` printed, "
                "or add the name with --allowed-host.",
            )
        if not _is_same_origin(scope, host):
            return _words(
                403, "This came from a page elsewhere and was refused. Open the page here and try again."
            )
        size = _one_header(scope, b"content-length")
        if size is not None and (not (size.isascii() and size.isdigit()) or len(size) > 18):
            return _words(400, "The size of the request is not a number.")
        if size is not None and int(size) > self._max_body:
            return _too_large(self._max_body)
        return None

    def _is_allowed(self, host: str) -> bool:
        name, _port = _parted(host)
        if name in self._hosts:
            return True
        return ANY_ADDRESS in self._hosts and _is_address(name)


class _Body:
    """Counts what comes in; what is too large is cut off, and the answer is replaced."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive, self._send, self._limit = receive, send, limit
        self._size = 0
        self.too_large = False
        self.started = False
        self.gone = False

    async def receive(self) -> Message:
        """Receive the next piece."""
        if self.too_large:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            if self._size > self._limit:
                self.too_large = True
                return {"type": "http.disconnect"}
        self.gone = self.gone or message["type"] == "http.disconnect"
        return message

    async def send(self, message: Message) -> None:
        """Send, unless another answer takes its place."""
        if self.too_large and not self.started:
            return
        if message["type"] == "http.response.start":
            self.started = True
        await self._send(message)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def _words(status: int, words: str) -> PlainTextResponse:
    return PlainTextResponse(f"{words}\n", status)


def _too_large(limit: int) -> PlainTextResponse:
    allowed = f"{limit / 1_000_000:,.1f} MB" if limit >= 100_000 else f"{limit:,} bytes"
    response = _words(413, f"This is too large. Allowed: at most {allowed}. Split the file, then try again.")
    response.headers["connection"] = "close"  # the rest of the body is not read
    return response


def _one_header(scope: Scope, name: bytes) -> str | None:
    """Return a header; an empty text, which nothing allows, where it stands twice."""
    found = [value for key, value in scope["headers"] if key.lower() == name]
    if not found:
        return None
    return found[0].decode("latin-1").strip() if len(found) == 1 else ""


def _parted(host: str) -> tuple[str, str]:
    """Return the name in small letters and the port of `name:port`."""
    name, colon, port = host.rpartition(":")
    if not colon or "]" in port:
        name, port = host, ""
    return name.lower().removesuffix("."), port


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _is_same_origin(scope: Scope, host: str) -> bool:
    """Return whether the page that asks is ours; programs that are no browsers say nothing of an origin."""
    origin = _one_header(scope, b"origin")
    if origin is None:
        # browsers always name the origin of a websocket, and of what changes something
        if scope["type"] == "websocket":
            return False
        changes = scope["method"] not in ("GET", "HEAD")
        return not changes or _one_header(scope, b"sec-fetch-site") in (None, "same-origin", "none")
    try:
        page = urlsplit(origin)
        port = page.port
    except ValueError:
        return False
    usual = {"http": 80, "https": 443}.get(page.scheme)
    if usual is None or page.hostname is None:
        return False
    name, asked = _parted(host)
    return _bare(page.hostname) == _bare(name) and str(port or usual) == (asked or str(usual))


def _bare(name: str) -> str:
    return name.lower().strip("[]").removesuffix(".")
