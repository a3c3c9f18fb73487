"""One answer from a server that is not trusted: http and https only, with a time limit and a size limit.

Notes
-----
The clients pyalex 0.21 and habanero 2.9 were read for this. pyalex sets no time-out and cannot be given another server;
neither bounds the size of an answer; together they bring two further HTTP libraries for two plain GET requests. So the
standard library asks, and the answers are read here.
"""

import time
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from urllib.error import HTTPError, URLError

LARGEST = 5 * 2**20
"""Bytes of an answer; a work of OpenAlex with a thousand authors takes about one MiB."""
SECONDS = 20.0
"""How long a whole answer may take."""
_PIECE = 2**16
_NOT_THERE = (404, 410)


class UnreachableError(Exception):
    """The server gave no answer that can be used; what it says is the end of a sentence."""


def fetched(
    address: str, headers: Mapping[str, str], seconds: float = SECONDS, key: str = ""
) -> bytes | None:
    """Return what a server answers; None where it knows nothing of what was asked.

    Parameters
    ----------
    address
        An http or https address.
    headers
        What is sent along.
    seconds
        How long it may take from the first to the last byte.
    key
        A key for this server alone; no redirection takes it to another.

    Raises
    ------
    UnreachableError
        If there is no network, no answer in time, too long a one, or the server refuses.
    """
    until = time.monotonic() + seconds
    request = urllib.request.Request(address, headers=dict(headers))  # noqa: S310 - the opener knows http and https alone
    if key:
        request.add_unredirected_header("Authorization", f"Bearer {key}")
    try:
        with _opener().open(request, timeout=seconds) as answer:
            pieces, size = [], 0
            while piece := answer.read1(_PIECE):
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST:
                    raise UnreachableError(f"its answer is longer than {LARGEST:,} bytes")
                if time.monotonic() > until:
                    raise UnreachableError(f"its answer took longer than {seconds:g} seconds")
            return b"".join(pieces)
    except HTTPError as error:
        error.close()
        if error.code in _NOT_THERE:
            return None
        raise UnreachableError(_refusal(error.code)) from None
    except URLError as error:
        raise UnreachableError(f"it cannot be reached ({_why(error.reason)})") from None
    except (OSError, HTTPException, ValueError) as error:
        raise UnreachableError(f"it cannot be reached ({_why(error)})") from None


def _opener() -> urllib.request.OpenerDirector:
    """Return an opener that a redirection cannot lead to a file or to ftp."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _refusal(code: int) -> str:
    if code == 429:
        return "it asks to wait (status 429); try again later, and give --mailto"
    if code in (401, 403):
        return f"it refuses (status {code}); OpenAlex may want a key in MEDQUANT_OPENALEX_KEY"
    return f"it answers with status {code}"


def _why(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return " ".join(str(text).split())[:120]
