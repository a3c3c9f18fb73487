"""The servers that are asked, by the identifier that each knows, at the pace that each asks for."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from db.errors import MedquantError, shown
from review.lookup.answers import arxiv_record, crossref_record, openalex_record
from review.lookup.fetching import SECONDS, UnreachableError, fetched
from review.sources.imported import ImportedRecord


@dataclass(frozen=True)
class Server:
    """A server: where it is, which variable names another address, and how its answer is read."""

    name: str
    base: str
    variable: str
    path: Callable[[str], str]
    read: Callable[[bytes], ImportedRecord | None]
    pause: float


CROSSREF = Server(
    "Crossref", "https://api.crossref.org", "MEDQUANT_CROSSREF", lambda doi: f"/works/{quote(doi, safe='')}",
    crossref_record, 0.2,
)  # fmt: skip
OPENALEX = Server(
    "OpenAlex", "https://api.openalex.org", "MEDQUANT_OPENALEX", lambda doi: f"/works/doi:{quote(doi, safe='/')}",
    openalex_record, 0.2,
)  # fmt: skip
ARXIV = Server(
    "arXiv", "https://export.arxiv.org", "MEDQUANT_ARXIV",
    lambda name: f"/api/query?max_results=1&id_list={quote(name, safe='/')}", arxiv_record, 3.0,
)  # fmt: skip


@dataclass
class Asking:
    """One round of questions: each server at its own pace, and none again that could not be reached."""

    mailto: str = ""
    seconds: float = SECONDS
    down: dict[str, str] = field(default_factory=dict)
    answered: int = 0
    _last: dict[str, float] = field(default_factory=dict)

    def ask(self, server: Server, identifier: str) -> ImportedRecord | None:
        """Return what a server says of an identifier; None where it knows nothing, or cannot be reached (see `down`)."""
        if server.name in self.down:
            return None
        base = os.environ.get(server.variable, "").rstrip("/") or server.base
        if urlsplit(base).scheme not in ("http", "https"):
            raise MedquantError(f"{server.variable} is {shown(base)}; allowed: an http or https address")
        if base == server.base and server.name in self._last:
            time.sleep(max(0.0, self._last[server.name] + server.pause - time.monotonic()))
        try:
            raw = fetched(base + server.path(identifier), self._headers(), self.seconds, _key(server))
        except UnreachableError as error:
            self.down[server.name] = str(error)
            return None
        finally:
            self._last[server.name] = time.monotonic()
        self.answered += 1
        return None if raw is None else server.read(raw)

    def _headers(self) -> dict[str, str]:
        who = f" (mailto:{self.mailto})" if self.mailto else ""
        return {"User-Agent": f"medquant{who}", "Accept-Encoding": "identity"}


def _key(server: Server) -> str:
    key = os.environ.get("MEDQUANT_OPENALEX_KEY", "").strip() if server is OPENALEX else ""
    return key if key.isascii() and key.isprintable() else ""
