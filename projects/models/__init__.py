from projects.models.project import Project
from projects.models.review import FieldComment, Reminder, Submission
from projects.models.rows import (
    Document,
    FundingLine,
    Identifier,
    Indicator,
    Milestone,
    Partner,
    ReuseCost,
    Source,
)

__all__ = [
    "Document",
    "FieldComment",
    "FundingLine",
    "Identifier",
    "Indicator",
    "Milestone",
    "Partner",
    "Project",
    "Reminder",
    "ReuseCost",
    "Source",
    "Submission",
]
