"""Files of strangers at the door: bounded while they come, clean in name, kept for their person, and never on the disk."""

from typing import Any

import pytest
from starlette.requests import Request

from db.errors import MedquantError
from review.curate.desks.imports.waiting import Pace, time_left
from review.curate.people import Person, Role
from review.curate.uploads import KEPT_SECONDS, TooLargeError, Uploads, clean_name, distinct
from tests.served import finished

ANA, BEN = Person("ana", Role.CURATOR), Person("ben", Role.CURATOR)


def form(*files: tuple[str, bytes], field: str = "files") -> bytes:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, content in files
    ]
    return b"".join(parts) + b"--x--\r\n"


def asked(body: bytes, *, kind: str = "multipart/form-data; boundary=x", step: int = 1000) -> Request:
    pieces = [body[start : start + step] for start in range(0, len(body), step)]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0) if pieces else b"", "more_body": bool(pieces)}

    headers = [(b"content-type", kind.encode())]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    request.scope["left"] = pieces
    return request


def take(uploads: Uploads, body: bytes, person: Person = ANA, **how: Any) -> Any:
    return finished(uploads.take(asked(body, **how), person))


def test_a_name_never_brings_a_path_or_markup_along() -> None:
    given = {
        "../../x<script>.ris": "x_script_.ris", "C:\\temp\\a.bib": "a.bib", "...": "file", "": "file",
        "<img src=x onerror=alert(1)>.ris": "img src_x onerror_alert(1)_.ris", "\u202eris.exe": "ris.exe",
        "a\0b.ris": "a_b.ris", "-rf.ris": "rf.ris", "Suche für Herz.ris": "Suche für Herz.ris",
    }  # fmt: skip
    assert {name: clean_name(name) for name in given} == given
    assert len(clean_name("x" * 5000 + ".ris")) == 100
    assert distinct(["a.ris", "a.ris", "b.ris", "a.ris"]) == ["a.ris", "a (2).ris", "b.ris", "a (3).ris"]


def test_what_is_sent_is_kept_for_its_person_alone_and_for_an_hour() -> None:
    clock = [0.0]
    uploads = Uploads(1000, now=lambda: clock[0])
    batch = take(uploads, form(("../a.ris", b"one"), ("a.ris", b"two")))
    assert [(file.name, file.content) for file in batch.files] == [("a.ris", b"one"), ("a (2).ris", b"two")]
    assert uploads.find(batch.key, ANA) is batch
    with pytest.raises(MedquantError, match="not here any more"):
        uploads.find(batch.key, BEN)
    clock[0] = KEPT_SECONDS + 1.0
    with pytest.raises(MedquantError, match="not here any more"):
        uploads.find(batch.key, ANA)


def test_what_is_too_large_is_cut_off_while_it_comes() -> None:
    uploads = Uploads(1000)
    assert take(uploads, form(("a.ris", b"x" * 1000))).size == 1000
    with pytest.raises(TooLargeError, match=r"1,000 bytes.*--largest-upload"):
        take(uploads, form(("a.ris", b"x" * 600), ("b.ris", b"x" * 401)))
    request = asked(form(("a.ris", b"x" * 10_000_000)), step=10_000)
    with pytest.raises(TooLargeError):
        finished(uploads.take(request, ANA))
    assert len(request.scope["left"]) > 900, "the rest was read though it is too large"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "application/json"), (form(), "multipart/form-data; boundary=x"), (b"--x\r\nrubbish", "multipart/form-data; boundary=x"),
        (form(("", b"")), "multipart/form-data; boundary=x"), (form(("a.ris", b"x")), "multipart/form-data"),
        (form(*((f"{i}.ris", b"x") for i in range(30))), "multipart/form-data; boundary=x"),
        (form(("a.ris", b"x"), field="other"), "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
def test_what_is_no_form_with_files_is_told_in_a_sentence(body: bytes, kind: str) -> None:
    with pytest.raises(MedquantError):
        take(Uploads(100_000), body, kind=kind)


def test_nobody_fills_the_memory() -> None:
    uploads = Uploads(1000)
    first = take(uploads, form(("a.ris", b"x" * 900)), BEN)
    own = [take(uploads, form(("a.ris", b"x" * 900))) for _ in range(5)]
    with pytest.raises(MedquantError):
        uploads.find(own[0].key, ANA)
    for i in range(4):
        take(uploads, form(("a.ris", b"x" * 900)), Person(f"p{i}", Role.CURATOR))
    with pytest.raises(MedquantError):
        uploads.find(first.key, BEN)


def test_the_time_left_is_learnt() -> None:
    pace = Pace(read=100)
    assert pace.expected("read", 1000) == 10
    pace.learn("read", 1000, 100)
    pace.learn("read", 1000, 0.01)
    assert pace.expected("read", 1000) == 100
    assert [time_left(*times) for times in ((1, 10), (0, 600), (20, 10), (1, 1))] == [
        "about 9 s left", "about 10 min left", "longer than expected, but still at work", "",
    ]  # fmt: skip
