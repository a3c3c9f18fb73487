"""The guard: strange hosts, foreign origins and large bodies are refused before the page sees them."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, UploadFile, WebSocket
from starlette.types import ASGIApp
from websockets.exceptions import InvalidStatus

from db.errors import MedquantError
from review.curate.guard import ANY_ADDRESS, Guard, check_host, hosts_of
from tests.review.curate.serving import HOST, served, websocket
from tests.served import finished

LIMIT = 1000
SOCKET = "/_nicegui_ws/socket.io/"
_seen: list[str] = []


@pytest.fixture
def seen() -> list[str]:
    """List what came through to the page."""
    _seen.clear()
    return _seen


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """Make a small program that stands in for the page."""
    program = FastAPI()

    @program.api_route("/", methods=["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
    async def page(request: Request) -> dict[str, int]:
        _seen.append(request.method)
        return {"size": len(await request.body())}

    @program.post("/upload")
    async def upload(file: UploadFile) -> dict[str, int]:
        _seen.append("upload")
        return {"size": len(await file.read())}

    @program.websocket(SOCKET)
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        _seen.append("websocket")
        await websocket.send_text("hello")
        await websocket.close()

    return program


@pytest.fixture(scope="module")
def port(app: FastAPI) -> Iterator[int]:
    """Serve the program behind the guard."""
    guarded = Guard(app, allowed_hosts=hosts_of("127.0.0.1", ["review.example"]), max_body=LIMIT)
    with served(guarded) as found:
        yield found


@pytest.fixture
def client(port: int, seen: list[str]) -> Iterator[httpx.Client]:
    """Ask the program."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"host": HOST}, trust_env=False) as asking:
        yield asking


def _asked(app: ASGIApp, *headers: tuple[bytes, bytes]) -> int:
    """Return the status of an answer to headers that no server would pass on."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": list(headers)}
    finished(app(scope, receive, send))  # type: ignore[arg-type]
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080", "review.example", "review.example.:443"],
)
def test_a_host_of_ours_is_served(client: httpx.Client, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "192.0.2.1", "", "@localhost",
     "localhost, evil.example", "[::1"],
)  # fmt: skip
def test_a_host_that_is_not_ours_is_refused_in_words(
    client: httpx.Client, seen: list[str], host: str
) -> None:
    refused = client.get("/", headers={"host": host})
    assert (refused.status_code, seen) == (400, [])
    assert "add the name with --allowed-host" in refused.text
    assert "text/plain" in refused.headers["content-type"]


def test_two_hosts_are_none(app: FastAPI, seen: list[str]) -> None:
    guarded = Guard(app, allowed_hosts=["localhost"], max_body=LIMIT)
    assert _asked(guarded, (b"host", b"localhost"), (b"host", b"evil.example")) == 400
    assert _asked(guarded) == 400
    assert seen == []


def test_a_server_for_all_addresses_answers_to_addresses_but_not_to_strange_names(app: FastAPI) -> None:
    guarded = Guard(app, allowed_hosts=hosts_of(ANY_ADDRESS), max_body=LIMIT)
    for host in (b"192.0.2.7:80", b"[2001:db8::1]", b"localhost"):
        assert _asked(guarded, (b"host", host), (b"origin", b"null")) == 403
    assert _asked(guarded, (b"host", b"evil.example"), (b"origin", b"null")) == 400


SAME = ("http://127.0.0.1:8080", "HTTP://127.0.0.1:8080")
FOREIGN = (
    "https://evil.example", "null", "http://127.0.0.1:9090", "http://127.0.0.1", "http://localhost:8080",
    "http://127.0.0.1:8080.evil.example", "http://evil.example:8080", "file://", "", "http://127.0.0.1:99999",
    "chrome-extension://127.0.0.1:8080",
)  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("origin", FOREIGN)
def test_a_page_elsewhere_is_refused(client: httpx.Client, seen: list[str], origin: str, method: str) -> None:
    refused = client.request(method, "/", headers={"origin": origin})
    assert (refused.status_code, seen) == (403, [])
    assert "came from a page elsewhere" in refused.text
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize("origin", SAME)
def test_our_own_page_is_served(client: httpx.Client, origin: str) -> None:
    assert client.post("/", headers={"origin": origin}).status_code == 200


def test_behind_a_proxy_the_origin_is_the_name_that_people_use(client: httpx.Client) -> None:
    for origin, host, status in (
        ("https://review.example", "review.example", 200),
        ("https://review.example", "review.example:443", 200),
        ("https://review.example:8443", "review.example", 403),
    ):
        assert client.post("/", headers={"origin": origin, "host": host}).status_code == status


def test_a_form_of_another_site_is_refused_even_without_an_origin(client: httpx.Client) -> None:
    for site, status in {"cross-site": 403, "same-site": 403, "same-origin": 200, "none": 200}.items():
        assert client.post("/", headers={"sec-fetch-site": site}).status_code == status
    # somebody followed a link to us
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_a_websocket_of_our_page_opens(port: int, seen: list[str]) -> None:
    with websocket(port, SOCKET) as opened:
        assert opened.recv() == "hello"
    assert seen == ["websocket"]


@pytest.mark.parametrize("origin", [*FOREIGN, None])
def test_a_websocket_of_a_page_elsewhere_does_not_open(
    port: int, seen: list[str], origin: str | None
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        websocket(port, SOCKET, origin=origin)
    assert (refused.value.response.status_code, seen) == (403, [])


def test_a_websocket_for_a_strange_host_does_not_open(port: int, seen: list[str]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        websocket(port, SOCKET, host="evil.example:8080", origin="http://evil.example:8080")
    assert (refused.value.response.status_code, seen) == (403, [])


def test_a_body_up_to_the_limit_is_served(client: httpx.Client) -> None:
    assert client.post("/", content=b"x" * LIMIT).json() == {"size": LIMIT}


def test_a_body_that_says_it_is_too_large_is_refused_unread(client: httpx.Client, seen: list[str]) -> None:
    refused = client.post("/", content=b"x" * (LIMIT + 1))
    assert (refused.status_code, seen) == (413, [])
    assert "Allowed: at most 1,000 bytes" in refused.text


@pytest.mark.parametrize("path", ["/", "/upload"])
def test_a_body_that_grows_too_large_is_cut_off(client: httpx.Client, path: str) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(100):
            yield b"x" * 100

    headers = {"content-type": "multipart/form-data; boundary=x"}
    refused = client.post(path, content=pieces(), headers=headers)
    assert refused.status_code == 413
    assert "too large" in refused.text


def test_many_small_pieces_count_together() -> None:
    came, sent = list[int](), list[Any]()

    async def page(scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["type"] == "http.request":
            came.append(1)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Any:
        more = len(came) < 100
        return {"type": "http.request" if more else "http.disconnect", "body": b"x" * 100, "more_body": more}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"localhost")]}
    guarded = Guard(page, allowed_hosts=["localhost"], max_body=LIMIT)
    finished(asyncio.wait_for(guarded(scope, receive, send), 5))  # type: ignore[arg-type]
    assert len(came) == LIMIT // 100
    assert [message["status"] for message in sent if "status" in message] == [413]


@pytest.mark.parametrize("size", ["-1", "1e9", "abc", "", "9" * 30])
def test_a_size_that_is_no_number_is_refused(app: FastAPI, seen: list[str], size: str) -> None:
    guarded = Guard(app, allowed_hosts=["localhost"], max_body=LIMIT)
    assert _asked(guarded, (b"host", b"localhost"), (b"content-length", size.encode())) == 400
    assert seen == []


def test_every_answer_tells_the_browser_to_be_strict(client: httpx.Client) -> None:
    for answer in (
        client.get("/"),
        client.get("/nowhere"),
        client.get("/", headers={"host": "evil.example"}),
    ):
        policy = answer.headers["content-security-policy"]
        for rule in ("default-src 'none'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'",
                     "form-action 'self'", "connect-src 'self'"):  # fmt: skip
            assert rule in policy
        assert "http:" not in policy
        assert "*" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "camera=()" in answer.headers["permissions-policy"]


def test_a_stricter_page_keeps_its_own_policy() -> None:
    async def strict(scope: Any, receive: Any, send: Any) -> None:
        own = (b"content-security-policy", b"default-src 'none'")
        await send(
            {"type": "http.response.start", "status": 200, "headers": [own, (b"content-length", b"0")]}
        )
        await send({"type": "http.response.body", "body": b""})

    with served(Guard(strict, allowed_hosts=["127.0.0.1"], max_body=LIMIT)) as port:
        answer = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
    assert answer.headers.get_list("content-security-policy") == ["default-src 'none'"]


def test_a_mistake_of_the_page_is_not_swallowed() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("a mistake")

    with pytest.raises(ValueError, match="a mistake"):
        _asked(Guard(broken, allowed_hosts=["localhost"], max_body=LIMIT), (b"host", b"localhost"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8", "LocalHost"])
def test_this_machine_alone_needs_no_account(host: str) -> None:
    check_host(host, accounts_exist=False)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.168.1.5", "review.example", "", "localhost.example", "0"],  # noqa: S104
)
def test_other_machines_need_accounts_and_the_command_is_named(host: str) -> None:
    with pytest.raises(MedquantError, match="make one with `medquant review account add NAME --role"):
        check_host(host, accounts_exist=False)
    check_host(host, accounts_exist=True)
