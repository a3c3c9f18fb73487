"""What the database holds, in numbers."""

from typing import Any

from sqlalchemy import Connection, func, select

from db.corpus import corpus_hash
from db.export import export_files
from db.models.tables import Case, Comparison, Record, Release, Run, Search, Study
from db.prisma import count_prisma
from db.vocabulary import Origin


def read_status(connection: Connection, schema: str) -> dict[str, Any]:
    """Return the counts of the database, the loaded release, and whether rows were edited since.

    `prisma` has the keys of the R package PRISMA2020; null is a stage that was not done.
    """

    def count(model: Any) -> int:  # noqa: ANN401
        return connection.scalar(select(func.count()).select_from(model)) or 0

    origins = dict(
        connection.execute(select(Comparison.origin, func.count()).group_by(Comparison.origin)).all()
    )
    release = connection.execute(
        select(Release.name, Release.sha256).order_by(Release.id.desc()).limit(1)
    ).first()
    content = current_hash(connection)
    return {
        "schema": schema,
        "release": release.name if release else None,
        "release_sha256": release.sha256 if release else None,
        "content_sha256": content,
        "edited": release is not None and release.sha256 != content,
        "searches": count(Search),
        "records": count(Record),
        "studies": count(Study),
        "comparisons": {origin.value: origins.get(origin, 0) for origin in Origin},
        "cases": connection.scalar(select(func.count(Case.case_id.distinct()))) or 0,
        "runs": _states(connection, synthetic=False),
        "synthetic_runs": _states(connection, synthetic=True),
        "prisma": count_prisma(connection).as_keys(),
    }


def _states(connection: Connection, *, synthetic: bool) -> dict[str, int]:
    """Return the number of runs in each state, either with real or with synthetic images."""
    query = select(Run.state, func.count()).where(Run.synthetic == synthetic).group_by(Run.state)
    return {state.value: number for state, number in connection.execute(query)}


def current_hash(connection: Connection) -> str:
    """Return the hash of the evidence as it stands: equal to the release's as long as nothing was edited."""
    return corpus_hash(export_files(connection))
