"""Run bib-dedupe on a CSV of records, in its own environment: `python bench_dedupe_peer.py RECORDS.csv ANSWER.json`.

The answer holds its groups, its doubtful pairs, its version, and the seconds of its own steps, imports left out.
"""

import importlib.metadata
import json
import resource
import sys
import time
from pathlib import Path


def _busy() -> float:
    """Return the processor's seconds so far, those of finished child processes too."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def main() -> None:
    """Read, deduplicate, answer."""
    import pandas as pd
    from bib_dedupe.bib_dedupe import block, cluster, match, prep

    given = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
    records = pd.DataFrame(
        {
            "ID": given["key"],
            "ENTRYTYPE": "article",
            "title": given["title"],
            "author": given["authors"].str.replace("; ", " and "),
            "year": given["year"],
            "journal": given["venue"],
            "booktitle": "",
            "volume": given["volume"],
            "number": "",
            "pages": given["pages"],
            "doi": given["doi"],
            "abstract": "",
        }
    )
    # a column without any value makes its preparation fail, and it does not work without authors
    if (records["author"] == "").all():
        records["author"] = "unknown"
    empty = [name for name in records if (records[name] == "").all()]
    records = records.drop(columns=empty)
    start, busy = time.perf_counter(), _busy()
    matched = match(block(prep(records, verbosity_level=0)))
    groups = cluster(matched)
    seconds = time.perf_counter() - start
    maybe = matched[matched["duplicate_label"] == "maybe"][["ID_1", "ID_2"]].to_numpy().tolist()
    answer = {
        "version": importlib.metadata.version("bib-dedupe"),
        "seconds": seconds,
        "cpu_seconds": _busy() - busy,
        "groups": [list(group) for group in groups],
        "maybe": maybe,
    }
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
