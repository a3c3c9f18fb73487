"""The public archive: fetched once over https, unpacked safely, held to its hash, and refused in one sentence."""

import hashlib
import io
import socket
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPMessage, IncompleteRead
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import Request

import pytest

from benchmark.arms import silent
from benchmark.data.dataset import ArchiveSource, open_dataset
from benchmark.data.download import (
    BRAIN_TUMOR,
    Archive,
    Opener,
    _HttpsOnly,
    fetch_archive,
    fetched,
    open_https,
)
from benchmark.data.folder import tree_hash
from db.errors import MedquantError

FILES = {
    f"{part}/{name}/im (1).png": f"{part} {name}".encode()
    for part in ("Training", "Testing")
    for name in ("lesion", "healthy")
}
TREE = tree_hash(list(FILES), [hashlib.sha256(content).hexdigest() for content in FILES.values()])
TOY = Archive(
    "toy", "https://example.org/toy.zip", TREE, max_download=1 << 20, max_unpacked=1 << 16, max_files=20
)


def packed(files: dict[str, bytes] = FILES, **extra: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Set-3ea9f4e/README.md", "hello")
        for name, content in {**{f"Set-3ea9f4e/{n}": c for n, c in files.items()}, **extra}.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def answering(content: bytes, *, length: int | None = None, calls: list[str] | None = None) -> Opener:
    @contextmanager
    def opened(url: str, /) -> Iterator[tuple[IO[bytes], int]]:
        if calls is not None:
            calls.append(url)
        yield io.BytesIO(content), len(content) if length is None else length

    return opened


def failing(error: Exception) -> Opener:
    @contextmanager
    def opened(_url: str, /) -> Iterator[tuple[IO[bytes], int]]:
        raise error
        yield

    return opened


def test_an_archive_is_fetched_once_and_holds_its_two_parts_only(cache: Path) -> None:
    calls: list[str] = []
    told: list[tuple[str, int, int]] = []
    content = packed()
    for _ in range(2):
        folder = fetched(TOY, cache, lambda *step: told.append(step), answering(content, calls=calls))
    assert calls == [TOY.url]
    assert told == [("fetching the data set", len(content), len(content))]
    assert {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.*")} == FILES


def test_a_fetched_set_that_was_damaged_is_fetched_again(cache: Path) -> None:
    calls: list[str] = []
    folder = fetched(TOY, cache, silent, answering(packed(), calls=calls))
    (folder / "Training/lesion/im (1).png").write_bytes(b"other")
    folder = fetched(TOY, cache, silent, answering(packed(), calls=calls))
    assert len(calls) == 2
    assert (folder / "Training/lesion/im (1).png").read_bytes() == b"Training lesion"


def test_other_content_than_pinned_is_refused_with_both_hashes(cache: Path) -> None:
    changed = {**FILES, "Testing/lesion/im (1).png": b"changed"}
    found = tree_hash(list(changed), [hashlib.sha256(content).hexdigest() for content in changed.values()])
    with pytest.raises(MedquantError, match=rf"SHA-256 {found}, and {TREE} is expected; .*--data DIR"):
        fetched(TOY, cache, silent, answering(packed(changed)))
    assert not list(cache.glob("archives/*/"))


@pytest.mark.parametrize(
    "name", ["../outside.png", "/etc/outside.png", "Set/Training/a/../../../../x.png", "Set\\x.png"]
)
def test_an_entry_that_leads_outside_is_refused(cache: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(MedquantError, match="has an unsafe entry"):
        fetched(TOY, cache, silent, answering(packed(FILES, **{name: b"x"})))
    assert not list(tmp_path.rglob("*.png"))


def test_an_entry_that_is_a_link_is_refused(cache: Path) -> None:
    buffer = io.BytesIO(packed())
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("Set/Training/lesion/im (2).png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(MedquantError, match="has an unsafe entry"):
        fetched(TOY, cache, silent, answering(buffer.getvalue()))


def test_a_zip_bomb_is_stopped_by_what_comes_out_of_it(cache: Path) -> None:
    bomb = packed({**FILES, "Training/lesion/im (2).png": bytes(1 << 20)})
    with pytest.raises(MedquantError, match="unpacks to more than the 65,536 bytes allowed"):
        fetched(TOY, cache, silent, answering(bomb))
    many = packed({f"Training/a/{number}.png": b"" for number in range(21)})
    with pytest.raises(MedquantError, match="has 21 files"):
        fetched(TOY, cache, silent, answering(many))


@pytest.mark.parametrize("length", [0, 10, None, 1 << 30])
def test_a_download_that_is_too_large_is_stopped_whatever_the_host_says(
    cache: Path, length: int | None
) -> None:
    small = replace(TOY, max_download=100)
    with pytest.raises(MedquantError, match="is larger than the 100 bytes allowed"):
        fetched(small, cache, silent, answering(packed(), length=length))


def test_a_download_that_breaks_off_says_where(cache: Path) -> None:
    content = packed()
    with pytest.raises(
        MedquantError, match=rf"broke off at {len(content) - 50:,} of {len(content):,} bytes; run it again"
    ):
        fetched(TOY, cache, silent, answering(content[:-50], length=len(content)))


def test_what_is_no_zip_is_refused(cache: Path) -> None:
    with pytest.raises(MedquantError, match="is no sound zip file"):
        fetched(TOY, cache, silent, answering(b"<html>not found</html>"))
    damaged = bytearray(packed())
    damaged[80:90] = bytes(10)
    with pytest.raises(MedquantError, match=r"is no sound zip file|is not what is pinned"):
        fetched(TOY, cache, silent, answering(bytes(damaged)))


@pytest.mark.parametrize(
    "error",
    [
        URLError(socket.gaierror(-2, "Name or service not known")),
        TimeoutError("timed out"),
        IncompleteRead(b""),
    ],
)
def test_without_a_network_one_sentence_names_the_way_round(cache: Path, error: Exception) -> None:
    with pytest.raises(
        MedquantError,
        match=r"toy\.zip cannot be fetched \(.*\); fetch it elsewhere .*--data DIR or MEDQUANT_DATA",
    ):
        fetched(TOY, cache, silent, failing(error))


def test_a_stream_that_dies_is_the_networks_fault_and_not_the_disks(cache: Path) -> None:
    class Dying(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError(104, "reset")

    @contextmanager
    def opened(_url: str, /) -> Iterator[tuple[IO[bytes], int]]:
        yield Dying(), 10

    with pytest.raises(MedquantError, match="cannot be fetched .*reset"):  # noqa: RUF043
        fetched(TOY, cache, silent, opened)


@pytest.mark.parametrize(
    "url", ["http://example.org/a.zip", "file:///etc/passwd", "ftp://example.org/a.zip", "a.zip"]
)
def test_only_https_is_opened_or_followed(cache: Path, url: str) -> None:
    with (
        pytest.raises(MedquantError, match="is no https address; data is fetched over https only"),
        open_https(url),
    ):
        pass
    with pytest.raises(MedquantError, match="is no https address"):
        _HttpsOnly().redirect_request(
            Request("https://a.org"), io.BytesIO(), 302, "Found", HTTPMessage(), url
        )
    with pytest.raises(MedquantError, match="is no https address"):
        fetch_archive(replace(TOY, url=url), cache)


def test_a_redirect_to_https_is_followed() -> None:
    request = _HttpsOnly().redirect_request(
        Request("https://a.org"), io.BytesIO(), 302, "Found", HTTPMessage(), "https://b.org/x"
    )
    assert request is not None
    assert request.full_url == "https://b.org/x"


def test_an_archive_is_a_source_of_images(
    cache: Path, image_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {str(p.relative_to(image_folder)): p.read_bytes() for p in image_folder.rglob("*.*")}
    tree = tree_hash(list(files), [hashlib.sha256(content).hexdigest() for content in files.values()])
    fetched(replace(TOY, tree=tree), cache, silent, answering(packed(files)))
    data = open_dataset(ArchiveSource(replace(TOY, tree=tree)), 16, cache=cache)
    assert (len(data), data.content_hash) == (17, tree)
    assert data.name == "toy"


def test_the_brain_tumour_archive_is_pinned_to_a_commit_and_a_hash() -> None:
    assert BRAIN_TUMOR.url.startswith("https://")
    assert BRAIN_TUMOR.url.endswith("/3ea9f4e")
    assert len(BRAIN_TUMOR.tree) == 64
