"""A cell that is changed in its grid: written under the person's name, refused where it holds something else by now."""

from collections.abc import Awaitable, Callable

from review.curate.grid import Edit
from review.curate.house import Visit
from review.curate.people import Role
from review.curate.saving import saved
from review.editing import Subject, set_fields


def writes_cells(visit: Visit, subject: Subject, why: Callable[[], str]) -> Callable[[Edit], Awaitable[None]]:
    """Return what writes a changed cell of a row and tells what is doubtful about the row now.

    Parameters
    ----------
    visit
        Who writes.
    subject
        What the rows of the grid are.
    why
        Tells the reason that is kept in the history.
    """

    async def edit(change: Edit) -> None:
        async def write(insist: bool) -> str:
            findings = await visit.write(
                Role.CURATOR,
                why(),
                set_fields,
                subject,
                change.key,
                {change.field: change.new.strip()},
                seen=None if insist else {change.field: change.old},
            )
            return f"{change.key}: {change.field} is saved." + "".join(f" {one.problem}." for one in findings)

        await saved(write)

    return edit
