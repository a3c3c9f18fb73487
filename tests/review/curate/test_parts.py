"""A part of a page is drawn once for each that asks, in one go, and never goes back to an older answer."""

import asyncio
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

import pytest

from review.curate.parts import Part
from tests.served import finished


class Box:
    """Stands in for an element of the page: what is drawn inside is noted."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def classes(self, _: str) -> Self:
        return self

    def clear(self) -> None:
        self.shown.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        return None


class Answers:
    """Reads that end when the test says so."""

    def __init__(self) -> None:
        self.asked: list[asyncio.Future[str]] = []

    async def read(self) -> str:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.asked.append(answer)
        return await answer


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Box:
    made = Box()
    monkeypatch.setattr("review.curate.parts.html.div", lambda: made)
    return made


async def begin(*asking: Callable[[], Coroutine[Any, Any, None]]) -> list["asyncio.Task[None]"]:
    tasks = [asyncio.create_task(ask()) for ask in asking]
    await asyncio.sleep(0)
    return tasks


def test_two_that_ask_at_once_see_it_once_and_nothing_is_empty_meanwhile(box: Box) -> None:
    async def walk() -> None:
        answers = Answers()
        part: Part[str] = Part(answers.read, box.shown.append)
        first = await begin(part.show)
        answers.asked[0].set_result("old")
        await asyncio.gather(*first)
        both = await begin(part.show, part.show)
        assert box.shown == ["old"]
        for answer in answers.asked[1:]:
            answer.set_result("new")
        await asyncio.gather(*both)
        assert box.shown == ["new"]

    finished(walk())


def test_an_answer_that_comes_late_does_not_take_the_place_of_a_newer_one(box: Box) -> None:
    async def walk() -> None:
        answers = Answers()
        part: Part[str] = Part(answers.read, box.shown.append)
        slow, fast = await begin(part.show, part.show)
        answers.asked[1].set_result("new")
        await fast
        answers.asked[0].set_result("old")
        await slow
        assert box.shown == ["new"]

    finished(walk())


def test_what_did_not_change_is_not_drawn_anew(box: Box) -> None:
    async def walk() -> None:
        drawn: list[str] = []
        values = iter(["one", "one", "two", "two"])

        async def read() -> str:
            return next(values)

        part: Part[str] = Part(read, drawn.append)
        await part.keep_up()
        await part.keep_up()
        assert drawn == ["one"]
        assert await part.changed()
        assert drawn == ["one"]
        part.draw()
        await part.show()
        assert drawn == ["one", "two", "two"]

    finished(walk())
