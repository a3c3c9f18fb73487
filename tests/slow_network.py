"""A network that takes its time: what an open page and its server tell each other arrives later, in order.

With it tests and pages show what they take for granted, such as that nothing is under way while somebody types.
"""

import asyncio
import threading
from contextlib import suppress

SOCKET = b"GET /_nicegui_ws"
"""How the connection begins over which an open page and its server talk; files come at once."""


class SlowNetwork:
    """Pass everything on between a port of its own and another of this machine, what an open page says a while later.

    Parameters
    ----------
    url
        Where the server listens.
    delay
        Seconds each way; it can be changed at any time.
    """

    def __init__(self, url: str, delay: float = 0.0) -> None:
        host, target = url.rsplit(":", 1)
        self.target, self.delay, self.port = int(target), delay, 0
        self._loop = asyncio.new_event_loop()
        opened = threading.Event()
        threading.Thread(target=self._serve, args=(opened,), daemon=True).start()
        opened.wait(10)
        self.url = f"{host}:{self.port}"

    def _serve(self, opened: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._join, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        opened.set()
        self._loop.run_forever()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
            first = await reader.readexactly(len(SOCKET))
            far_writer.write(first)
            slow = first == SOCKET
            await asyncio.gather(
                self._pass(reader, far_writer, slow=slow), self._pass(far_reader, writer, slow=slow)
            )

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool) -> None:
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                moment, data = await due.get()
                await asyncio.sleep(max(0.0, moment - self._loop.time()))
                if not data:
                    writer.close()
                    return
                writer.write(data)
                await writer.drain()

        def send(data: bytes) -> None:
            due.put_nowait((self._loop.time() + (self.delay if slow else 0.0), data))

        delivered = asyncio.ensure_future(deliver())
        with suppress(OSError):
            while data := await reader.read(65536):
                send(data)
        send(b"")
        with suppress(OSError):
            await delivered
