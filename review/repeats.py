"""The sampling variance of a measured ratio of latencies, from its interleaved repeats."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from db.models.tables import Measurement

LATENCY_VARIANCE = "latency_log_ratio_variance"
"""The measurement of a contrast that holds the variance of its log ratio of latencies over repeats."""
Repeats = Mapping[tuple[str, str, str], float]


def read_repeats(connection: Connection) -> Repeats:
    """Read the variances of measured log ratios of latencies, by run, contrast and threads."""
    query = select(Measurement.run_id, Measurement.arm, Measurement.split, Measurement.value).where(
        Measurement.metric == LATENCY_VARIANCE, Measurement.value > 0
    )
    return {(row.run_id, row.arm, row.split): row.value for row in connection.execute(query)}


def latency_variance(row, repeats: Repeats) -> float | None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Return the variance of a measured log ratio of latencies; None where its repeats are not kept.

    Notes
    -----
    A contrast is named by its arm, or `arm|baseline` where the arm has several; the device ends with the threads.
    """
    if row.outcome != "latency" or row.run_id is None:
        return None
    threads = (row.device or "").rpartition(", ")[2]
    for name in (f"{row.arm_key}|{row.baseline_key}", row.arm_key):
        if (value := repeats.get((row.run_id, name, threads))) is not None:
            return value
    return None
