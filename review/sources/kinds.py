"""The kinds of documents in the words of each format, one word a kind, and the further words that are read as one."""

from collections.abc import Iterable, Mapping

from review.sources.imported import Kind

RIS: Mapping[Kind, str] = {
    Kind.ARTICLE: "JOUR", Kind.CONFERENCE: "CPAPER", Kind.BOOK: "BOOK", Kind.CHAPTER: "CHAP", Kind.THESIS: "THES",
    Kind.REPORT: "RPRT", Kind.PREPRINT: "UNPB", Kind.DATASET: "DATA", Kind.SOFTWARE: "COMP", Kind.WEBPAGE: "ELEC",
    Kind.OTHER: "GEN",
}  # fmt: skip
BIBTEX: Mapping[Kind, str] = {
    Kind.ARTICLE: "article", Kind.CONFERENCE: "inproceedings", Kind.BOOK: "book", Kind.CHAPTER: "incollection",
    Kind.THESIS: "phdthesis", Kind.REPORT: "techreport", Kind.PREPRINT: "unpublished", Kind.DATASET: "dataset",
    Kind.SOFTWARE: "software", Kind.WEBPAGE: "online", Kind.OTHER: "misc",
}  # fmt: skip
CSL: Mapping[Kind, str] = {
    Kind.ARTICLE: "article-journal", Kind.CONFERENCE: "paper-conference", Kind.BOOK: "book", Kind.CHAPTER: "chapter",
    Kind.THESIS: "thesis", Kind.REPORT: "report", Kind.PREPRINT: "article", Kind.DATASET: "dataset",
    Kind.SOFTWARE: "software", Kind.WEBPAGE: "webpage", Kind.OTHER: "document",
}  # fmt: skip
_ALSO = {
    "conf": Kind.CONFERENCE, "ejour": Kind.ARTICLE, "mgzn": Kind.ARTICLE, "jfull": Kind.ARTICLE, "inpr": Kind.ARTICLE,
    "ebook": Kind.BOOK, "echap": Kind.CHAPTER, "blog": Kind.WEBPAGE, "conference": Kind.CONFERENCE,
    "proceedings": Kind.CONFERENCE, "mastersthesis": Kind.THESIS, "inbook": Kind.CHAPTER, "report": Kind.REPORT,
    "electronic": Kind.WEBPAGE, "www": Kind.WEBPAGE, "article-magazine": Kind.ARTICLE, "journal article": Kind.ARTICLE,
    "electronic article": Kind.ARTICLE, "conference paper": Kind.CONFERENCE, "conference proceedings": Kind.CONFERENCE,
    "book section": Kind.CHAPTER, "edited book": Kind.BOOK, "electronic book": Kind.BOOK, "thesis": Kind.THESIS,
    "preprint": Kind.PREPRINT, "dataset": Kind.DATASET, "computer program": Kind.SOFTWARE, "web page": Kind.WEBPAGE,
    "generic": Kind.OTHER, "journalarticle": Kind.ARTICLE, "conferencepaper": Kind.CONFERENCE,
    "booksection": Kind.CHAPTER, "review": Kind.ARTICLE, "journal": Kind.ARTICLE, "article in press": Kind.ARTICLE,
    "book chapter": Kind.CHAPTER, "post": Kind.WEBPAGE, "post-weblog": Kind.WEBPAGE, "chapter": Kind.CHAPTER,
    "erratum": Kind.ARTICLE, "correction": Kind.ARTICLE, "retraction": Kind.ARTICLE, "editorial": Kind.ARTICLE,
    "letter": Kind.ARTICLE, "note": Kind.ARTICLE, "short survey": Kind.ARTICLE, "data paper": Kind.ARTICLE,
    "research article": Kind.ARTICLE, "research-article": Kind.ARTICLE, "review article": Kind.ARTICLE,
    "original article": Kind.ARTICLE, "original paper": Kind.ARTICLE, "editorial material": Kind.ARTICLE,
    "systematic review": Kind.ARTICLE, "meta-analysis": Kind.ARTICLE, "case report": Kind.ARTICLE, "case reports": Kind.ARTICLE,
    "early access": Kind.ARTICLE, "magazine article": Kind.ARTICLE, "magazinearticle": Kind.ARTICLE,
    "conference abstract": Kind.CONFERENCE, "conference review": Kind.CONFERENCE, "meeting abstract": Kind.CONFERENCE,
    "proceedings paper": Kind.CONFERENCE, "ieee conferences": Kind.CONFERENCE, "proceedings-article": Kind.CONFERENCE,
    "ieee journals": Kind.ARTICLE, "ieee magazines": Kind.ARTICLE, "ieee early access articles": Kind.ARTICLE,
    "poster": Kind.CONFERENCE, "dissertation": Kind.THESIS, "dissertation/thesis": Kind.THESIS, "phd thesis": Kind.THESIS,
    "posted-content": Kind.PREPRINT, "preprint article": Kind.PREPRINT, "technical report": Kind.REPORT,
    "government document": Kind.REPORT, "data set": Kind.DATASET, "book-chapter": Kind.CHAPTER, "monograph": Kind.BOOK,
    "proceedings article": Kind.CONFERENCE, "journal-article": Kind.ARTICLE,
}  # fmt: skip
_SERVERS = frozenset({
    "arxiv", "arxiv.org", "corr", "biorxiv", "medrxiv", "chemrxiv", "psyarxiv", "techrxiv", "eartharxiv", "engrxiv", "socarxiv",
    "osf preprints", "research square", "preprints", "preprints.org", "ssrn", "ssrn electronic journal", "authorea",
    "biorxiv preprint", "medrxiv preprint", "biorxiv : the preprint server for biology",
    "medrxiv : the preprint server for health sciences",
})  # fmt: skip
_IN_ARXIV = ("arxiv preprint", "arxiv e-prints", "arxiv:")


def kind_of(word: str, own: Mapping[Kind, str] = {}) -> Kind | None:
    """Return the kind that a word of a format means, None where it means none.

    Parameters
    ----------
    word
        As the file prints it.
    own
        The words of the format; they go before those of others ("article" is a preprint in CSL alone).
    """
    word = " ".join(word.split()).casefold()
    for kind, name in own.items():
        if name.casefold() == word:
            return kind
    if word in _ALSO:
        return _ALSO[word]
    return Kind(word) if word in set(Kind) else None


def on_preprint_server(*places: str) -> bool:
    """Whether a venue or a publisher is a server of preprints."""
    names = [" ".join(place.split()).casefold() for place in places]
    return any(name in _SERVERS or name.startswith(_IN_ARXIV) for name in names)


def refined(kind: Kind, words: Iterable[str]) -> Kind:
    """Return the kind that further words of a record mean, where the first word says only an article, a report or nothing.

    Parameters
    ----------
    kind
        What the format's own word means.
    words
        Such as a database prints beside it: "Conference Abstract", "preprint".
    """
    found = [other for word in words if (other := kind_of(word)) is not None]
    if Kind.PREPRINT in found and kind in (Kind.ARTICLE, Kind.REPORT, Kind.OTHER):
        return Kind.PREPRINT
    if kind == Kind.OTHER:
        return next((other for other in found if other != Kind.OTHER), kind)
    if kind == Kind.ARTICLE:
        return next((other for other in found if other in (Kind.CONFERENCE, Kind.CHAPTER)), kind)
    return kind
