"""The front door: `medquant PACKAGE VERB …` looks the package up and imports only that one."""

import argparse
import io
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from sqlalchemy import Connection

    from review.curate.pictures import Pictures
    from review.meta.front.answer import Answer
    from review.placement import PlacedComparison
    from review.reproduction import ClaimVerdict

PACKAGES = {
    "db": ("db.cli", "what was recorded: make, load, check, export the database, and show its history"),
    "review": ("review.cli", "how evidence is weighed: matrix, PRISMA flow, agreement, effects, curation"),
    "benchmark": (
        "benchmark.cli",
        "how claims are re-measured: cases, runs, comparisons of runs, a network of your own",
    ),
    "report": ("reports.cli", "how it is told: the HTML page and the PDF"),
}


def build_parser(package: str | None) -> argparse.ArgumentParser:
    """Return the command line with the verbs of one package (None: of none)."""
    parser = argparse.ArgumentParser(
        prog="medquant",
        description="A living, re-measurable systematic review of neural-network quantization in medical imaging.",
        epilog="`medquant PACKAGE --help` lists the verbs of a package.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    packages = parser.add_subparsers(dest="package", metavar="PACKAGE")
    for name, (module, about) in PACKAGES.items():
        sub = packages.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
        if name == package:
            import_module(module).build(sub)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; return its exit code (0 done, 1 a mistake that is told in one sentence, 2 wrong usage)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal may know fewer characters than the data
    package = next((word for word in arguments if not word.startswith("-")), None)
    parser = build_parser(package)
    given = parser.parse_args(arguments)
    if given.version:
        from importlib.metadata import version

        print(f"medquant {version('medquant')}")
        return 0
    given.judge, given.place_run, given.draw_meta, given.pictures = _judge, _place, _draw, _pictures
    if not hasattr(given, "run"):
        (parser if package not in PACKAGES else given.parser).print_help()
        return 2 if package is None and arguments else 0
    return _run(given)


def _judge(connection: "Connection") -> "tuple[ClaimVerdict, ...]":
    """Give the verdicts of the review to the benchmark: the two packages know nothing of each other."""
    from review.reproduction import read_verdicts

    return read_verdicts(connection)


def _place(connection: "Connection", run_id: str) -> "list[PlacedComparison]":
    """Say where a run's changes lie in the literature, for the benchmark to print."""
    from review.placement import place_run

    return place_run(connection, run_id)


def _draw(answer: "Answer", pictures: "Mapping[str, Path]", **look: "Any") -> "list[Path]":  # noqa: ANN401
    """Draw the figures of a spreadsheet's analysis, for the review, which knows nothing of figures."""
    from reports.meta_figures import Look, draw

    return draw(answer, pictures, Look(**look))


def _pictures() -> "Pictures":
    """Give the drawings of the report to the page on which the review is curated."""
    from reports.live import LivePictures

    return LivePictures()


def _run(given: argparse.Namespace) -> int:
    from db.errors import MedquantError

    try:
        return int(given.run(given) or 0)
    except MedquantError as error:
        print(f"medquant: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("medquant: stopped; what was not finished was not written", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
