"""The kinds of documents in the words of each format, one word a kind, and the further words that are read as one."""

from collections.abc import Mapping

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
    "book chapter": Kind.CHAPTER, "post": Kind.WEBPAGE, "post-weblog": Kind.WEBPAGE,
}  # fmt: skip


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
