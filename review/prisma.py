"""The PRISMA 2020 flow as other programs read it: the CSV of the R package PRISMA2020.

Reference: Haddaway NR et al. PRISMA2020: an R package and Shiny app. Campbell Syst Rev 2022;18:e1230.
"""

from db.csvfile import csv_bytes
from db.prisma import PrismaCounts

HEADER = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")
NOT_DONE = "NA"
_BOXES: tuple[tuple[str, str, str, str], ...] = (
    ("NA", "node4", "prevstud", "Previous studies"),
    ("previous_studies", "node5", "box1", "Studies included in previous version of review"),
    ("previous_reports", "NA", "box1", "Reports of studies included in previous version of review"),
    ("NA", "node6", "newstud", "Identification of new studies via databases and registers"),
    ("database_results", "node7", "box2", "Databases"),
    ("database_specific_results", "NA", "box2", "Specific databases"),
    ("register_results", "NA", "box2", "Registers"),
    ("register_specific_results", "NA", "box2", "Specific registers"),
    ("NA", "node16", "othstud", "Identification of new studies via other methods"),
    ("website_results", "node17", "box11", "Websites"),
    ("organisation_results", "NA", "box11", "Organisations"),
    ("citations_results", "NA", "box11", "Citation searching"),
    ("duplicates", "node8", "box3", "Duplicate records"),
    ("excluded_automatic", "NA", "box3", "Records marked as ineligible by automation tools"),
    ("excluded_other", "NA", "box3", "Records removed for other reasons"),
    ("records_screened", "node9", "box4", "Records screened"),
    ("records_excluded", "node10", "box5", "Records excluded"),
    ("dbr_sought_reports", "node11", "box6", "Reports sought for retrieval"),
    ("dbr_notretrieved_reports", "node12", "box7", "Reports not retrieved"),
    ("other_sought_reports", "node18", "box12", "Reports sought for retrieval"),
    ("other_notretrieved_reports", "node19", "box13", "Reports not retrieved"),
    ("dbr_assessed", "node13", "box8", "Reports assessed for eligibility"),
    ("dbr_excluded", "node14", "box9", "Reports excluded"),
    ("other_assessed", "node20", "box14", "Reports assessed for eligibility"),
    ("other_excluded", "node21", "box15", "Reports excluded"),
    ("new_studies", "node15", "box10", "New studies included in review"),
    ("new_reports", "NA", "box10", "Reports of new included studies"),
    ("total_studies", "node22", "box16", "Total studies included in review"),
    ("total_reports", "NA", "box16", "Reports of total included studies"),
    ("identification", "node1", "identification", "Identification"),
    ("screening", "node2", "screening", "Screening"),
    ("included", "node3", "included", "Included"),
)


def prisma_csv(counts: PrismaCounts) -> bytes:
    """Return the counts in the form that `PRISMA_data()` of the R package reads; `NA` marks what was not done.

    That function takes tooltips by their place in the file, so rows stand in the order of its own template and
    only those that open a box have one.
    """
    keys = counts.as_keys()
    rows = []
    for data, node, box, label in _BOXES:
        value = keys.get(data)
        printed = "" if data in ("NA", "identification", "screening", "included") else value
        rows.append(
            {
                "data": data,
                "node": node,
                "box": box,
                "description": label,
                "boxtext": label,
                "tooltips": label if node != "NA" else "NA",
                "url": f"#{data}" if data != "NA" else "NA",
                "n": NOT_DONE if printed is None or printed == "" else str(printed),
            }
        )
    return csv_bytes(HEADER, rows)
