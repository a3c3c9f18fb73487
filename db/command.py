"""What the verbs of all packages share on the command line."""

import argparse
import json
import sys

Verb = argparse.ArgumentParser


def add_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, about: str) -> Verb:
    """Add a verb that takes `--db`; `about` is its one sentence of help."""
    parser = verbs.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
    parser.add_argument(
        "--db",
        metavar="URL",
        help="the database: an SQLite file or a SQLAlchemy URL (default: MEDQUANT_DB, else medquant.db)",
    )
    return parser


def add_json(parser: Verb) -> None:
    """Let a verb print one JSON object instead of text."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def add_authorship(parser: Verb) -> None:
    """Let a verb that changes rows say who changes them and why."""
    parser.add_argument(
        "--by",
        metavar="NAME",
        type=told,
        help="who makes the change (default: MEDQUANT_ACTOR, else log-in name)",
    )
    parser.add_argument("--reason", required=True, type=told, help="why; it is kept in the history")


def told(words: str) -> str:
    """Return what was given on the command line, if it says anything and can be stored."""
    if not words.strip():
        raise argparse.ArgumentTypeError("it is empty; give at least a word")
    if not words.isprintable():
        raise argparse.ArgumentTypeError("it holds characters that cannot be printed; leave them out")
    return words


def whole(words: str) -> int:
    """Return a whole number of the command line, 0 or more."""
    if not words.isdecimal() or not words.isascii():
        raise argparse.ArgumentTypeError(f"{words!r} is no whole number; allowed: 0 or more")
    return int(words)


def print_json(value: object) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_table(header: list[str], rows: list[list[str]], numeric: tuple[int, ...] = ()) -> None:
    """Print rows as aligned columns.

    Parameters
    ----------
    header, rows
        Texts; every row is as long as the header.
    numeric
        Columns that are aligned to the right.
    """
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    for line in lines:
        cells = [
            c.rjust(w) if i in numeric else c.ljust(w)
            for i, (c, w) in enumerate(zip(line, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


class Steps:
    """A progress bar for steps whose names come one by one; silent where nobody watches."""

    def __init__(self, label: str, total: int) -> None:
        self._bar = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(desc=label, total=total, leave=False, file=sys.stderr)

    def __call__(self, name: str) -> None:
        """Show the step that begins."""
        if self._bar is not None:
            self._bar.set_postfix_str(name)
            self._bar.update()

    def __enter__(self) -> "Steps":
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away, whether all went well or not."""
        if self._bar is not None:
            self._bar.close()
