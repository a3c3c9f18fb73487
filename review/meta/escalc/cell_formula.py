"""From a formula on the cells of 2×2 tables to a measure: of two independent groups, or of pairs."""

from collections.abc import Callable
from typing import Final, Protocol

from numpy.typing import ArrayLike

from review.meta.escalc.cells import Cells, To, read_cells
from review.meta.escalc.formula import Pair, measure
from review.meta.escalc.result import EffectSizes
from review.meta.escalc.table import Labels

ADDED: Final = """add, to
    What is added to the cells, and where ("only0", "all", "if0all", "none")."""
REFUSED: Final = "negative counts, unknown options"
GROUPS: Final = f"""ai, bi, ci, di
    Counts of the 2×2 tables, shape (n,), ≥ 0.
{ADDED}
drop00
    Whether tables without any event, or with nothing but events, are left out."""
PAIRS: Final = f"""ai, bi, ci, di
    Counts of the paired 2×2 tables, shape (n,), ≥ 0.
{ADDED}"""

Formula = Callable[[Cells], Pair]


class OfGroups(Protocol):
    """A measure of two independent groups."""

    def __call__(
        self,
        ai: ArrayLike,
        bi: ArrayLike,
        ci: ArrayLike,
        di: ArrayLike,
        *,
        add: float = ...,
        to: To = ...,
        drop00: bool = ...,
        labels: Labels = ...,
    ) -> EffectSizes:
        """Return effect sizes from counts."""


class OfPairs(Protocol):
    """A measure of two conditions judged on the same cases."""

    def __call__(
        self,
        ai: ArrayLike,
        bi: ArrayLike,
        ci: ArrayLike,
        di: ArrayLike,
        *,
        add: float = ...,
        to: To = ...,
        labels: Labels = ...,
    ) -> EffectSizes:
        """Return effect sizes from counts."""


def of_groups(code: str, label: str, *, add: float = 0.5) -> Callable[[Formula], OfGroups]:
    """Make a measure of two independent groups from a formula on corrected cells.

    Parameters
    ----------
    code
        The code of the measure.
    label
        The measure in words.
    add
        What is added to empty cells unless the caller says otherwise.
    """
    usual = add

    def make(formula: Formula) -> OfGroups:
        @measure(GROUPS, refuses=REFUSED, formula=formula)
        def of_counts(
            ai: ArrayLike,
            bi: ArrayLike,
            ci: ArrayLike,
            di: ArrayLike,
            *,
            add: float = usual,
            to: To = "only0",
            drop00: bool = False,
            labels: Labels = None,
        ) -> EffectSizes:
            cells = read_cells((ai, bi, ci, di), add, to, labels, drop00=drop00)
            return cells.table.effects(code, label, *formula(cells), correction=cells.text)

        return of_counts

    return make


def of_pairs(code: str, label: str) -> Callable[[Formula], OfPairs]:
    """Make a measure of two conditions on the same cases from a formula on corrected cells.

    Parameters
    ----------
    code
        The code of the measure.
    label
        The measure in words.
    """

    def make(formula: Formula) -> OfPairs:
        @measure(PAIRS, refuses=REFUSED, formula=formula)
        def of_counts(
            ai: ArrayLike,
            bi: ArrayLike,
            ci: ArrayLike,
            di: ArrayLike,
            *,
            add: float = 0.5,
            to: To = "only0",
            labels: Labels = None,
        ) -> EffectSizes:
            cells = read_cells((ai, bi, ci, di), add, to, labels, groups=False)
            return cells.table.effects(code, label, *formula(cells), correction=cells.text)

        return of_counts

    return make
