from projects.models.project import Project
from projects.models.review import DeskNote, FieldComment, Reminder, ReplyText, Submission
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
    "DeskNote",
    "Document",
    "FieldComment",
    "FundingLine",
    "Identifier",
    "Indicator",
    "Milestone",
    "Partner",
    "Project",
    "Reminder",
    "ReplyText",
    "ReuseCost",
    "Source",
    "Submission",
]
