"""The six steps of a project, each saved as it is: drafts may be partial, sending may not.

A step is a model form, its repeated rows are a formset of their own; what is required is told on the summary.
"""

from lib.forms.base import ReasonForm
from lib.forms.steps import Rows, Step
from projects.forms.desk import (
    AnswerForm,
    BulkMessageForm,
    CommentForm,
    MessageForm,
    ReviewForm,
    commentable_fields,
    field_label,
)
from projects.forms.documents import DocumentForm
from projects.forms.sending import CopyForm, EaseForm, NewProjectForm, SubmitForm
from projects.forms.stepper import STEP_BY_SLUG, STEP_OF_FIELD, STEPS

__all__ = [
    "STEPS",
    "STEP_BY_SLUG",
    "STEP_OF_FIELD",
    "AnswerForm",
    "BulkMessageForm",
    "CommentForm",
    "CopyForm",
    "DocumentForm",
    "EaseForm",
    "MessageForm",
    "NewProjectForm",
    "ReasonForm",
    "ReviewForm",
    "Rows",
    "Step",
    "SubmitForm",
    "commentable_fields",
    "field_label",
]
