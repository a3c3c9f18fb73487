"""All tables in one place: importing this module registers every model with `Base.metadata`."""

from db.models.accounts import Account, WebSession
from db.models.appraisals import Appraisal
from db.models.base import Base
from db.models.codebook import Outcome, Term, Variable
from db.models.comparisons import Comparison, Correction, Extraction, ExtractionVote, SecondReading
from db.models.duplicates import PairDecision
from db.models.history import Acknowledgement, ChangeContext, History, Release, ReleaseFile
from db.models.records import (
    AdjudicationLookup,
    Identified,
    Record,
    RecordAgreement,
    Report,
    Screening,
    Search,
    SearchPurpose,
    UnreadEntry,
)
from db.models.runs import Case, Claim, Environment, ImageSet, Measurement, Prediction, Run
from db.models.studies import Fact, FieldAgreement, Study, StudyGroup, StudyValue
from db.models.team import Reviewer, ReviewSetting

UNTRACKED = (History, ChangeContext, Release, ReleaseFile, Account, WebSession)
TRACKED = tuple(
    sorted(
        (mapper.class_ for mapper in Base.registry.mappers if mapper.class_ not in UNTRACKED),
        key=lambda model: str(model.__tablename__),
    )
)  # every curated table has history triggers

__all__ = [
    "TRACKED", "Account", "Acknowledgement", "AdjudicationLookup", "Appraisal", "Base", "Case", "ChangeContext", "Claim", "Comparison", "Correction",
    "Environment", "Extraction", "ExtractionVote", "Fact", "FieldAgreement", "History", "Identified",
    "ImageSet", "Measurement",
    "Outcome", "PairDecision", "Prediction", "Record", "RecordAgreement", "Release", "ReleaseFile", "Report", "ReviewSetting", "Reviewer", "Run", "Screening", "Search",
    "SearchPurpose", "SecondReading", "Study", "StudyGroup", "StudyValue", "Term", "UnreadEntry", "Variable",
]  # fmt: skip
