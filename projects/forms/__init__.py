"""The six steps of a project. Drafts may be incomplete; what is required is checked at submission.

A step is a model form, its repeated rows are formsets.
"""

from lib.forms.base import ReasonForm
from lib.forms.steps import Rows, Step
from projects.forms.desk import (
    AnswerForm,
    AssignForm,
    BulkMessageForm,
    CommentForm,
    MessageForm,
    NoteForm,
    ReplyTextForm,
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
    "AssignForm",
    "BulkMessageForm",
    "CommentForm",
    "CopyForm",
    "DocumentForm",
    "EaseForm",
    "MessageForm",
    "NewProjectForm",
    "NoteForm",
    "ReasonForm",
    "ReplyTextForm",
    "ReviewForm",
    "Rows",
    "Step",
    "SubmitForm",
    "commentable_fields",
    "field_label",
]
