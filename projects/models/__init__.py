from projects.models.card import Card, CardFacet
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
from projects.models.project import CodeCounter, Project
from projects.models.review import FieldComment, ProjectEvent, Submission

__all__ = [
    "Card",
    "CardFacet",
    "CodeCounter",
    "Document",
    "FieldComment",
    "FundingLine",
    "Identifier",
    "Indicator",
    "Milestone",
    "Partner",
    "Project",
    "ProjectEvent",
    "ReuseCost",
    "Source",
    "Submission",
]
