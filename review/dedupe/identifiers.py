"""Exact identifiers: DOI, PMID, arXiv and address, each brought to one form."""

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

LONGEST = 2_000
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"'<>]+", re.IGNORECASE)
_DOI_VERSION = re.compile(r"(?:/v\d+|(?<=\d)v\d+)(?:\.full.*|\.abstract)?$")
_NEW_ARXIV = r"\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}"
_ARXIV = re.compile(
    rf"(?:^|arxiv[:./\s]*|abs/|pdf/)({_NEW_ARXIV}|[a-z][a-z-]*(?:\.[a-z]{{2}})?/\d{{7}})(?:v\d+)?$",
    re.IGNORECASE,
)
_ARXIV_ADDRESS = re.compile(
    rf"(?:(?:arxiv|ar5iv)[^?#]*?/|/papers?/)({_NEW_ARXIV})(?:v\d+)?(?=$|[/?#.])", re.IGNORECASE
)
_PMID_ADDRESS = re.compile(
    r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(\d{1,8})(?!\d)", re.IGNORECASE
)
# Crossref's and DataCite's prefixes of preprint servers: arXiv, bioRxiv and medRxiv (old, new), Research Square,
# Preprints.org, SSRN, TechRxiv, OSF, Authorea, ChemRxiv, Zenodo (papers and code alike)
_PREPRINT_PREFIXES = (
    "10.48550/", "10.1101/", "10.64898/", "10.21203/", "10.20944/", "10.2139/", "10.36227/", "10.31219/", "10.22541/",
    "10.26434/", "10.5281/",
)  # fmt: skip
_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|ref|locale|lang|show|via|download|needaccess)$", re.IGNORECASE
)
_LISTING = re.compile(
    r"/(?:authors?|people|topics?|search|tags?|categor(?:y|ies)|browse|list|staff|profiles?)(?:/|$|\?)|[?&](?:author|q|query|"
    r"search|backlinks_to|topic_name)=",
    re.IGNORECASE,
)
_DEFAULT_PAGE = re.compile(r"/(?:index\.(?:html?|php)|full|abstract|pdf|htm|html)?$", re.IGNORECASE)


def doi(text: str) -> str:
    """Return a DOI in small letters, without address, version or what punctuation follows it; empty if it is none."""
    if not text:
        return ""
    found = _DOI.search(unquote(unquote(text[:LONGEST])))
    if not found:
        return ""
    plain = found.group().lower().rstrip(".,;:*")
    while plain.endswith(")") and plain.count("(") < plain.count(
        ")"
    ):  # 10.1016/0140-6736(95)90001-2 keeps its own
        plain = plain[:-1]
    return _DOI_VERSION.sub("", plain) if plain.startswith(_PREPRINT_PREFIXES) else plain


def doi_in_address(url: str) -> str:
    """Return the DOI that an address of a resolver holds."""
    host = _host(url)
    return doi(url) if host.endswith("doi.org") else ""


def is_preprint_doi(plain: str) -> bool:
    """Whether a preprint server or an archive of files gave the DOI."""
    return plain.startswith(_PREPRINT_PREFIXES)


def arxiv_id(text: str) -> str:
    """Return an arXiv identifier without version; empty if there is none."""
    found = _ARXIV.search(text.strip()[:LONGEST]) if text else None
    return found.group(1).lower() if found else ""


def arxiv_in_address(url: str) -> str:
    """Return the arXiv identifier that an address of arXiv or of a mirror names."""
    found = _ARXIV_ADDRESS.search(url[:LONGEST]) if url else None
    return found.group(1).lower() if found else ""


def pmid(text: str, url: str = "") -> str:
    """Return a PubMed identifier, given or in an address; never that of PubMed Central."""
    plain = re.sub(r"^\s*(?:pmid)?[:\s]*", "", text[:LONGEST], flags=re.IGNORECASE).strip()
    if re.fullmatch(r"\d{1,8}", plain) and plain.strip("0"):
        return plain.lstrip("0")
    found = _PMID_ADDRESS.search(url[:LONGEST]) if url else None
    return found.group(1).lstrip("0") if found else ""


def plain_address(url: str) -> str:
    """Return an address without scheme, `www`, fragment, tracking and final slash; empty if it is none."""
    if not url:
        return ""
    try:
        parts = urlsplit(url.strip()[:LONGEST])
    except ValueError:
        return ""
    host = re.sub(r"^www\d*\.", "", parts.netloc.lower())
    if not host or (parts.path in ("", "/") and not parts.query):
        return ""  # a site is not a paper
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k)]
    path = _DEFAULT_PAGE.sub("", unquote(parts.path).rstrip("/")) or "/"
    return host + path.rstrip("/") + (f"?{urlencode(sorted(kept))}" if kept else "")


def is_listing(address: str) -> bool:
    """Whether an address looks like a page of several works: of an author, a topic, a search."""
    return bool(_LISTING.search(address))


def _host(url: str) -> str:
    try:
        return urlsplit(url.strip()[:LONGEST]).netloc.lower()
    except ValueError:
        return ""
