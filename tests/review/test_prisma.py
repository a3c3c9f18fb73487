"""The PRISMA 2020 export has the form that the R package reads, and its numbers are the counted ones."""

import csv
import io
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from db.prisma import PrismaCounts, count_prisma
from db.session import reading
from review.prisma import prisma_csv

# header and column `data` of inst/extdata/PRISMA.csv of the R package PRISMA2020, version 1.1
HEADER = ["data", "node", "box", "description", "boxtext", "tooltips", "url", "n"]
TEMPLATE = [
    "NA", "previous_studies", "previous_reports", "NA", "database_results", "database_specific_results",
    "register_results", "register_specific_results", "NA", "website_results", "organisation_results",
    "citations_results", "duplicates", "excluded_automatic", "excluded_other", "records_screened", "records_excluded",
    "dbr_sought_reports", "dbr_notretrieved_reports", "other_sought_reports", "other_notretrieved_reports",
    "dbr_assessed", "dbr_excluded", "other_assessed", "other_excluded", "new_studies", "new_reports", "total_studies",
    "total_reports", "identification", "screening", "included",
]  # fmt: skip
NO_NUMBER = ("NA", "identification", "screening", "included")


@pytest.fixture(scope="module")
def counts(shipped: Engine) -> PrismaCounts:
    with reading(shipped) as connection:
        return count_prisma(connection)


def rows(counts: PrismaCounts) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(prisma_csv(counts).decode(), newline="")))


def numbers(counts: PrismaCounts) -> dict[str, str]:
    return {row["data"]: row["n"] for row in rows(counts)}


def test_header_and_rows_are_those_of_the_template(counts: PrismaCounts) -> None:
    table = list(csv.reader(io.StringIO(prisma_csv(counts).decode(), newline="")))
    assert table[0] == HEADER
    assert [row[0] for row in table[1:]] == TEMPLATE


def test_every_count_has_its_row(counts: PrismaCounts) -> None:
    assert set(counts.as_keys()) == set(TEMPLATE) - set(NO_NUMBER)


def test_shipped_numbers_are_the_published_ones(counts: PrismaCounts) -> None:
    found = numbers(counts)
    expected = {
        "database_results": "656", "duplicates": "224", "records_screened": "432", "records_excluded": "339",
        "new_studies": "93", "new_reports": "93", "total_studies": "93", "total_reports": "93",
        "database_specific_results": "pages, 622; code, 22; docs, 11; issues, 1",
    }  # fmt: skip
    assert {key: found[key] for key in expected} == expected


def test_stages_that_were_not_done_are_na_and_never_0(counts: PrismaCounts) -> None:
    found = numbers(counts)
    for key in ("previous_studies", "register_results", "website_results", "dbr_sought_reports", "dbr_assessed",
                "dbr_excluded", "other_sought_reports", "other_excluded", "excluded_automatic"):  # fmt: skip
        assert found[key] == "NA", key
    assert all(found[key] == "NA" for key in NO_NUMBER)


def test_a_count_of_0_is_printed(counts: PrismaCounts) -> None:
    found = numbers(replace(counts, dbr_sought_reports=5, dbr_notretrieved_reports=0))
    assert (found["dbr_sought_reports"], found["dbr_notretrieved_reports"]) == ("5", "0")


def test_reasons_read_as_the_package_wants_them(counts: PrismaCounts) -> None:
    found = numbers(replace(counts, dbr_excluded={"no result": 3, "no images": 2}))
    assert found["dbr_excluded"] == "no result, 3; no images, 2"


def test_nodes_are_named_once_and_only_they_have_a_tooltip(counts: PrismaCounts) -> None:
    # the package takes tooltips by their place among those that are not NA: one a node
    nodes = [row["node"] for row in rows(counts) if row["node"] != "NA"]
    assert sorted(nodes) == sorted(f"node{i}" for i in range(1, 23))
    assert all((row["tooltips"] == "NA") == (row["node"] == "NA") for row in rows(counts))


def test_empty_database_exports_a_flow_without_searches(fresh_db: Engine) -> None:
    with reading(fresh_db) as connection:
        found = numbers(count_prisma(connection))
    assert (found["database_results"], found["records_screened"], found["new_studies"]) == ("NA", "NA", "0")
