"""The table of cells that differ: a box for each, for a study, and for all; conflicts are never chosen beforehand."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from nicegui import html, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from review.curate.fields import button
from review.curate.showing import show_state
from review.matrix_diff import CellDiff, CellState

PAGE = 200
WORDS = {
    CellState.CHANGE: ("can be taken over", "good"),
    CellState.STALE: ("conflict", "doubt"),
    CellState.REFUSED: ("not allowed", "bad"),
}


class CellTable:
    """The cells of a difference and which of them are chosen.

    Parameters
    ----------
    on_choice
        Called whenever the choice changed.
    """

    def __init__(self, on_choice: Callable[[], None]) -> None:
        self._on_choice = on_choice
        self._cells: Sequence[CellDiff] = ()
        self._wanted: dict[str, bool] = {}
        self._shown = PAGE
        self._boxes: dict[str, Element] = {}
        self._groups: list[tuple[Element, list[CellDiff]]] = []
        self._place = html.div()

    def show(self, cells: Sequence[CellDiff]) -> None:
        """Show cells; who has chosen or left out a cell before finds it so."""
        if cells == self._cells and self._boxes:
            return
        for old in self._cells:
            now = next((cell for cell in cells if cell.name == old.name), None)
            if now is not None and (now.database, now.state) != (old.database, old.state):
                self._wanted.pop(now.name, None)  # it changed under the choice, which must be made anew
        self._cells = cells
        self._place.clear()
        self._boxes, self._groups = {}, []
        with self._place:
            self._build()

    def chosen(self) -> list[CellDiff]:
        """Return the cells that are to be taken over."""
        return [cell for cell in self._cells if is_open(cell) and self._is_wanted(cell)]

    def forget(self) -> None:
        """Forget the choice."""
        self._wanted = {}
        self._cells = ()

    def _is_wanted(self, cell: CellDiff) -> bool:
        return self._wanted.get(cell.name, cell.state == CellState.CHANGE)

    def _build(self) -> None:
        if not self._cells:
            html.p("No cell differs from the database.").classes("notice")
            return
        if any(cell.state == CellState.STALE and is_open(cell) for cell in self._cells):
            html.p(
                "A conflict is a cell that somebody changed here since the export. It is not chosen beforehand: look at both "
                "values, and choose it only if the file is right."
            ).classes("notice")
        with (
            html.div(tabindex="0", role="region", **{"aria-label": "Cells that differ"}).classes("scroll"),
            html.table().classes("plain cells"),
        ):
            html.caption(f"{len(self._cells):,} cell(s) that differ, by study").classes("hint")
            with html.thead(), html.tr():
                with html.th(scope="col"):
                    self._group("all cells without a conflict", self._cells)
                for name in ("Variable", "Was at the export", "Is now", "Would be", "State"):
                    html.th(name, scope="col")
            with html.tbody():
                for study, cells in groupby(self._cells[: self._shown], key=lambda cell: cell.study):
                    self._study(study, list(cells))
        if self._shown < len(self._cells):
            button(f"Show {PAGE} more of {len(self._cells):,}", self._more)
        self._mark()

    def _more(self) -> None:
        self._shown += PAGE
        cells, self._cells = self._cells, ()
        self._boxes = {}
        self.show(cells)

    def _study(self, study: str, cells: list[CellDiff]) -> None:
        with html.tr().classes("study"):
            with html.td():
                self._group(
                    f"all cells of {study} without a conflict", [c for c in self._cells if c.study == study]
                )
            html.th(study, scope="rowgroup", colspan="5")
        for cell in cells:
            with html.tr():
                with html.td():
                    self._box(cell)
                html.th(cell.variable, scope="row")
                html.td((cell.exported if cell.exported is not None else cell.database) or "(empty)")
                html.td(cell.database or "(empty)")
                html.td(cell.file or "(empty)")
                with html.td():
                    show_state(*WORDS[CellState.REFUSED if cell.invalid else cell.state])
                    html.div(_why(cell)).classes("hint")

    def _box(self, cell: CellDiff) -> None:
        if not is_open(cell):
            return

        def choose(event: GenericEventArguments) -> None:
            self._wanted[cell.name] = bool(event.args)
            self._mark()
            self._on_choice()

        self._boxes[cell.name] = _check(f"Take over {cell.name}", choose)

    def _group(self, words: str, cells: Iterable[CellDiff]) -> None:
        open_cells = [cell for cell in cells if cell.state == CellState.CHANGE]
        if not open_cells:
            return

        def choose(event: GenericEventArguments) -> None:
            for cell in open_cells:
                self._wanted[cell.name] = bool(event.args)
            self._mark()
            self._on_choice()

        self._groups.append((_check(f"Take over {words}", choose), open_cells))

    def _mark(self) -> None:
        for cell in self._cells:
            if cell.name in self._boxes:
                _tick(self._boxes[cell.name], self._is_wanted(cell))
        for box, cells in self._groups:
            _tick(box, all(map(self._is_wanted, cells)))


def is_open(cell: CellDiff) -> bool:
    """Return whether a person may take a cell over."""
    return not cell.invalid and cell.state != CellState.REFUSED


def _why(cell: CellDiff) -> str:
    if cell.invalid:
        return cell.invalid
    return f"changed here {cell.since}" if cell.state == CellState.STALE else ""


def _check(label: str, choose: Callable[[GenericEventArguments], None]) -> Element:
    box = ui.element("input")
    box.props.update({"type": "checkbox", "aria-label": label})
    box.on("change", choose, js_handler="(event) => emit(event.target.checked)")
    return box


def _tick(box: Element, ticked: bool) -> None:
    if box.props.get("checked", False) != ticked:
        box.props["checked"] = ticked
        box.update()
