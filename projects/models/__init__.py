from projects.models.card import Card
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
from projects.models.index import IndexEntry, IndexLog, IndexVersion
from projects.models.project import CodeCounter, Project
from projects.models.review import FieldComment, ProjectEvent, Reminder, Submission

__all__ = [
    "Card",
    "CodeCounter",
    "Document",
    "FieldComment",
    "FundingLine",
    "Identifier",
    "IndexEntry",
    "IndexLog",
    "IndexVersion",
    "Indicator",
    "Milestone",
    "Partner",
    "Project",
    "ProjectEvent",
    "Reminder",
    "ReuseCost",
    "Source",
    "Submission",
]
