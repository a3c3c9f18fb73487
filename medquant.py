"""The front door: `medquant PACKAGE VERB`."""


def main() -> int:
    return 0
