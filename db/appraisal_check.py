"""What `medquant db check` says of appraisals: of the wrong study, agreed by nobody, or at odds and left so."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, String, cast, select, type_coerce

from db.models.appraisals import CONSENSUS, Appraisal
from db.models.tables import Comparison
from db.printed import Finding, Severity

Item = tuple[str, str, str, str]


def check_appraisals(connection: Connection) -> Iterator[Finding]:
    """Find comparisons under a study that is not theirs, agreements without appraisers, and open disagreements."""
    owners = {
        row.comparison_id: row.study_id
        for row in connection.execute(select(Comparison.comparison_id, Comparison.study_id))
    }
    said: dict[Item, dict[str, tuple[str | None, ...]]] = defaultdict(dict)
    # as text: a stranger in a coded cell is another rule's finding, not a crash of this one
    codes = [
        type_coerce(cast(column, String), String)
        for column in (Appraisal.answer, Appraisal.judgement, Appraisal.applicability)
    ]
    query = select(
        Appraisal.target,
        Appraisal.tool,
        Appraisal.tool_version,
        Appraisal.item,
        Appraisal.appraiser,
        Appraisal.study_id,
        Appraisal.comparison_id,
        *codes,
    ).order_by(Appraisal.position, *Appraisal.__table__.primary_key)
    for target, tool, version, item, appraiser, study, comparison, *told in connection.execute(query):
        said[target, tool, version, item][appraiser] = tuple(told)
        owner = owners.get(comparison) if comparison else None
        if owner is not None and owner != study:
            yield Finding(
                Severity.ERROR,
                "appraisal_study",
                _place((target, tool, version, item), appraiser),
                f"the comparison {comparison} belongs to {owner}, not to {study}",
                f"set study_id to {owner}, or correct the comparison",
            )
    for key, votes in said.items():
        yield from _agreement(key, votes)


def _agreement(key: Item, votes: dict[str, tuple[str | None, ...]]) -> Iterator[Finding]:
    own = {name: told for name, told in votes.items() if name != CONSENSUS}
    if CONSENSUS in votes and not own:
        yield Finding(
            Severity.WARNING,
            "appraisal_consensus",
            _place(key),
            "a consensus is recorded, but nobody's own judgement",
            "add the appraisers' rows that it settles",
        )
    # who left a field open contradicts nobody
    settled = votes.get(CONSENSUS, (None, None, None))
    differ = [
        len(set(said) - {None}) > 1 and not agreed
        for said, agreed in zip(zip(*own.values(), strict=True), settled, strict=False)
    ]
    if any(differ):
        yield Finding(
            Severity.WARNING,
            "appraisal_conflict",
            _place(key),
            f"{' and '.join(own)} judge differently, and no consensus settles it",
            "agree, and add the consensus with `medquant review appraise … --consensus`",
        )


def _place(key: Item, *more: str) -> str:
    return f"appraisals {'|'.join((*key, *more))}"
