"""The closed vocabularies: codes that the program's logic depends on, stored by value and kept by CHECK.

Open vocabularies (techniques, modalities, units …), which a curator may extend, are data: see `db/codebook/`.
"""

from enum import StrEnum


class Stage(StrEnum):
    """At which stage of the review a screening decision was made."""

    TITLE_ABSTRACT = "title_abstract"
    FULL_TEXT = "full_text"


class Decision(StrEnum):
    """What a reviewer decided of a record or a report."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    MAYBE = "maybe"


class Route(StrEnum):
    """By which PRISMA 2020 route a hit was identified; all but the first two are "other methods"."""

    DATABASE = "database"
    REGISTER = "register"
    WEBSITE = "website"
    ORGANISATION = "organisation"
    CITATION = "citation"


class Removal(StrEnum):
    """Why a record left before screening without being a duplicate."""

    AUTOMATION = "automation"
    OTHER = "other"


class DocumentKind(StrEnum):
    """What sort of document a record is about."""

    ARTICLE = "article"
    CONFERENCE = "conference"
    BOOK = "book"
    CHAPTER = "chapter"
    THESIS = "thesis"
    REPORT = "report"
    PREPRINT = "preprint"
    DATASET = "dataset"
    SOFTWARE = "software"
    WEBPAGE = "webpage"
    OTHER = "other"


class Sameness(StrEnum):
    """Whether two hits are one work."""

    SAME = "same"
    DIFFERENT = "different"


class AppraisalAnswer(StrEnum):
    """The answer to a question of an appraisal tool."""

    YES = "yes"
    PROBABLY_YES = "probably_yes"
    PROBABLY_NO = "probably_no"
    NO = "no"
    NO_INFORMATION = "no_information"
    NOT_APPLICABLE = "not_applicable"


class RiskOfBias(StrEnum):
    """How likely it is that a result is biased."""

    LOW = "low"
    HIGH = "high"
    UNCLEAR = "unclear"


class Concern(StrEnum):
    """How much it concerns that a result does not apply to the review's question."""

    LOW = "low"
    HIGH = "high"
    UNCLEAR = "unclear"


class Answer(StrEnum):
    """A plain answer."""

    YES = "yes"
    NO = "no"


class Origin(StrEnum):
    """Where a comparison comes from: printed in a study, or measured by a run."""

    REPORTED = "reported"
    MEASURED = "measured"


class ChangeKind(StrEnum):
    """How the change of an outcome is told."""

    DIFFERENCE = "difference"
    RATIO = "ratio"
    PERCENT_CHANGE = "percent_change"
    NONE = "none"


class Bound(StrEnum):
    """How exact a value is; it speaks of the size of the change."""

    EXACT = "exact"
    ABOUT = "about"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    RANGE = "range"


class Control(StrEnum):
    """Whether precision is the only stated difference between the two arms."""

    CLEAN = "clean"
    COMBINED_COMPRESSION = "combined_compression"
    CROSS_DEVICE = "cross_device"
    CROSS_MODEL = "cross_model"
    UNCLEAR = "unclear"


class Verification(StrEnum):
    """What a second reading said of a stored value."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    NOT_SEEN_AGAIN = "not_seen_again"
    UNVERIFIED = "unverified"


class Reading(StrEnum):
    """The verdict of one second reading."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    NOT_SEEN_AGAIN = "not_seen_again"
    WRONG_CONTROL = "wrong_control"


class Subject(StrEnum):
    """What a correction was made to."""

    RECORD = "record"
    STUDY = "study"
    COMPARISON = "comparison"


class Granularity(StrEnum):
    """Over what a quantization scale is shared."""

    PER_TENSOR = "per_tensor"
    PER_CHANNEL = "per_channel"
    BLOCKWISE = "blockwise"
    MIXED = "mixed"


class Symmetry(StrEnum):
    """Whether zero is the centre of the quantized range."""

    SYMMETRIC = "symmetric"
    ASYMMETRIC = "asymmetric"


class Execution(StrEnum):
    """How the reduced precision was executed."""

    SIMULATED = "simulated"
    INTERPRETER = "interpreter"
    DEVICE = "device"


class RunState(StrEnum):
    """The life of a run."""

    PLANNED = "planned"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"


class Quantity(StrEnum):
    """Which quantity of a published comparison a claim is about."""

    CHANGE = "change"
    BASELINE = "baseline"


class Verdict(StrEnum):
    """What re-measurement says of a claim."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not_reproduced"
    INCONCLUSIVE = "inconclusive"
    NOT_COMPARABLE = "not_comparable"
    OPEN = "open"


class Role(StrEnum):
    """What a person may do at the web page; each may do what those before it may."""

    READER = "reader"
    CURATOR = "curator"
    ADJUDICATOR = "adjudicator"


class Action(StrEnum):
    """What happened to a row."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


class Direction(StrEnum):
    """Which way an outcome is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Measure(StrEnum):
    """The effect-size measure of an outcome."""

    DIFFERENCE = "difference"
    LOG_RATIO = "log_ratio"
    NONE = "none"


class ValueType(StrEnum):
    """How the text of a variable is read."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    YEAR = "year"
    NUMBER = "number"
    BITS = "bits"
    DOI = "doi"
    URL = "url"
