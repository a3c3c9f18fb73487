"""What rows of a result are called in figures."""


def one_line(value: object) -> str:
    """Return words without line breaks and doubled spaces, which would run into other rows."""
    return " ".join(str(value).split())


def name_of(label: str | int) -> str:
    """Return what a row is called: its label, or its number as one."""
    return f"row {label}" if isinstance(label, int) else label
