"""The tags of RIS, MEDLINE and Web of Science in words; one that means different things in them stays as it is."""

_WORDS = {
    "A2": "secondary authors or editors", "A3": "authors of the series", "A4": "further authors", "AD": "addresses of authors",
    "AI": "identifiers of authors", "AID": "identifiers of the article", "AN": "accession number", "AUID": "identifiers of authors",
    "C1": "custom field 1", "C2": "custom field 2", "C3": "custom field 3", "C4": "custom field 4", "C5": "custom field 5",
    "C6": "custom field 6", "C7": "article number", "C8": "custom field 8", "CI": "copyright", "CY": "place of publication",
    "DA": "date", "DB": "database", "DCOM": "date of completion", "DEP": "date of electronic publication",
    "DP": "database provider", "EDAT": "date of entry", "ED": "editors", "EM": "e-mail addresses", "ET": "edition",
    "FU": "funding", "FX": "funding text", "GR": "grants", "IN": "institutions", "IR": "investigators", "J2": "short name of the journal",
    "J9": "short name of the journal", "JA": "short name of the journal", "JI": "short name of the journal", "JID": "NLM number of the journal",
    "JO": "name of the journal", "L1": "link to a file", "L2": "link to the full text", "L3": "related record", "L4": "picture",
    "LB": "label", "LID": "identifiers of the article", "LK": "link", "LR": "date of revision", "M1": "number or note", "M2": "note",
    "M3": "type of work", "N1": "notes", "NL": "short name of the journal", "NR": "number of references",
    "OWN": "owner of the record", "PHST": "history of the publication", "PL": "place of publication", "PMC": "PubMed Central number",
    "PST": "status of the publication", "PT": "type of publication", "RN": "research notes or substances", "RP": "reprint",
    "SB": "subset", "SE": "section", "SN": "further ISSN or ISBN", "SO": "source", "ST": "short title", "STAT": "status of the record",
    "T2": "secondary title", "T3": "title of the series", "TA": "short name of the journal", "TC": "times cited", "TT": "translated title",
    "U1": "user field 1", "U2": "user field 2", "U3": "user field 3", "U4": "user field 4", "VN": "vendor", "WE": "index", "Y2": "date of access",
}  # fmt: skip


def in_words(name: str) -> str:
    """Return the name of something beyond the fields as people read it: a tag in words with the tag behind.

    Parameters
    ----------
    name
        As `ImportedRecord.extra` has it: a tag, or the heading of a column, which stays as it is behind "extra".
    """
    return f"{_WORDS[name]} ({name})" if name in _WORDS else f"extra {name}"
