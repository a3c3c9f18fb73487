"""Errors that are meant for people: one sentence with what was given, where, what is allowed and what to do."""


class MedquantError(Exception):
    """A mistake that the user can mend; the front door prints it without a traceback and exits with 1."""


class DataError(MedquantError):
    """A value in a file or a command that cannot be accepted.

    The message names the place (file, row, column), the value as given, and what is allowed.
    """

    def __init__(self, problem: str, *, file: str = "", row: int | None = None, column: str = "") -> None:
        parts = [file, f"row {row}" if row is not None else "", f"column {column}" if column else ""]
        where = ", ".join(part for part in parts if part)
        super().__init__(f"{where}: {problem}" if where else problem)


def shown(value: str, limit: int = 60) -> str:
    """Return a value as it may be printed in a message: quoted, escaped and cut to `limit` characters."""
    cut = value if len(value) <= limit else f"{value[:limit]}… ({len(value):,} characters)"
    return repr(cut)


def one_of(codes: list[str] | tuple[str, ...]) -> str:
    """Return the allowed codes as the end of a sentence."""
    return f"allowed: {', '.join(codes)}"
