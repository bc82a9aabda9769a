from projects.models.card import Card
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
from projects.models.review import FieldComment, ProjectEvent, Submission
from projects.models.voices import ErrorReport, PageRating

__all__ = [
    "Card",
    "CityNeed",
    "CityProfile",
    "CodeCounter",
    "Document",
    "ErrorReport",
    "FieldComment",
    "Follower",
    "FundingLine",
    "Identifier",
    "IndexEntry",
    "IndexLog",
    "IndexVersion",
    "Indicator",
    "Milestone",
    "PageRating",
    "Partner",
    "Project",
    "ProjectEvent",
    "ReuseCost",
    "Source",
    "Submission",
]
