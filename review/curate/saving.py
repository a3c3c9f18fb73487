"""Saving a cell: the value that was seen goes along, and one that changed meanwhile is shown beside the own, not lost."""

from collections.abc import Awaitable, Callable

from nicegui import html, ui

from db.errors import MedquantError
from review.curate.house import done, told
from review.stale import StaleEdit


async def saved(
    write: Callable[[bool], Awaitable[str | None]], *, refused: Callable[[MedquantError], None] = told
) -> bool:
    """Write, tell what came of it, and where somebody else was faster let the person choose.

    Parameters
    ----------
    write
        Makes the change and returns what to say; it is given whether the person has seen the other's value and wants
        the own all the same, and raises `StaleEdit` where the value is not the one that was on the screen.
    refused
        Tells what was refused, such as beside the field.

    Returns
    -------
    written
        Whether the own value stands now.
    """
    # the button that was pressed may be drawn anew while the write is under way, so that words belong to the page
    with ui.context.client:
        return await _saved(write, refused)


async def _saved(
    write: Callable[[bool], Awaitable[str | None]], refused: Callable[[MedquantError], None]
) -> bool:
    try:
        said = await write(False)
    except StaleEdit as error:
        if not await _chooses_own(error):
            return False
        return await _saved(lambda _: write(True), refused)
    except MedquantError as error:
        refused(error)
        return False
    done(said or "Saved.")
    return True


async def _chooses_own(error: StaleEdit) -> bool:
    """Show both values; return whether the own one is to be written over the other."""
    with (
        ui.dialog().props('persistent aria-label="Changed meanwhile"') as dialog,
        html.div().classes("card choice"),
    ):
        html.h2("Changed meanwhile")
        who = f"{error.actor} changed it at {error.at}" if error.actor else "somebody changed it"
        html.p(f"{error.key}, {error.field}: {who}. Nothing was written.")
        with html.dl():
            for name, value in (
                ("You saw", error.seen),
                ("It is now", error.present),
                ("You want", error.wanted),
            ):
                html.dt(name)
                html.dd(value or "(empty)")
        with html.div().classes("row"):
            html.button("Keep what is there", type="button").classes("main").on(
                "click", lambda: dialog.submit(False)
            )
            html.button("Write mine over it", type="button").on("click", lambda: dialog.submit(True))
    return bool(await dialog)
