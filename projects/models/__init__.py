from projects.models.adoption import Adoption, AdoptionStep, OutsidePractice
from projects.models.assessment import (
    Assessment,
    DemonstrationDocument,
    EvidenceFile,
    LinkCheck,
    RankingRelease,
    Rating,
    Standing,
)
from projects.models.card import Card, CardLine
from projects.models.city import CityNeed, CityProfile
from projects.models.details import (
    Document,
    FundingLine,
    Identifier,
    Indicator,
    Milestone,
    Partner,
    ReuseCost,
    Source,
)
from projects.models.follower import Follower
from projects.models.index import IndexEntry, IndexLog, IndexVersion
from projects.models.project import CodeCounter, Project
from projects.models.review import FieldComment, Reminder, Submission
from projects.models.voices import ErrorReport, PageRating

__all__ = [
    "Adoption",
    "AdoptionStep",
    "Assessment",
    "Card",
    "CardLine",
    "CityNeed",
    "CityProfile",
    "CodeCounter",
    "DemonstrationDocument",
    "Document",
    "ErrorReport",
    "EvidenceFile",
    "FieldComment",
    "Follower",
    "FundingLine",
    "Identifier",
    "IndexEntry",
    "IndexLog",
    "IndexVersion",
    "Indicator",
    "LinkCheck",
    "Milestone",
    "OutsidePractice",
    "PageRating",
    "Partner",
    "Project",
    "RankingRelease",
    "Rating",
    "Reminder",
    "ReuseCost",
    "Source",
    "Standing",
    "Submission",
]
