from django.urls import path

from lib.forms import stash
from projects.desk import bulk, colleagues, queue, replies, review
from projects.office import documents, files, home, status, steps

OFFICE = [
    path("", home.home, name="home"),
    path("sessione/", stash.session_state, name="session"),
    path("codici/", steps.check_code, name="code-check"),
    path("cestino/", home.deleted_drafts, name="bin"),
    path("documenti/<int:pk>/", files.draft_file, name="draft-file"),
    path("conferma/<str:token>/", status.confirm_by_link, name="confirm-by-link"),
    path("progetti/", home.home, name="project-list"),
    path("progetti/nuovo/", home.create, name="project-create"),
    path("progetti/<str:code>/", status.status, name="project-status"),
    path("progetti/<str:code>/anteprima/", status.preview, name="project-preview"),
    path("progetti/<str:code>/duplica/", home.duplicate, name="project-duplicate"),
    path("progetti/<str:code>/elimina/", home.delete, name="project-delete"),
    path("progetti/<str:code>/ripristina/", home.restore, name="project-restore"),
    path("progetti/<str:code>/valutazione/", status.rate, name="project-rate"),
    path("progetti/<str:code>/documenti/<int:pk>/togli/", documents.remove_document, name="document-remove"),
    path("progetti/<str:code>/commenti/<int:pk>/", status.answer, name="comment-answer"),
    path("progetti/<str:code>/azioni/<slug:verb>/", status.move, name="project-move"),
    path("progetti/<str:code>/<slug:slug>/bozza/", steps.autosave, name="step-autosave"),
    path("progetti/<str:code>/<slug:slug>/", steps.edit_step, name="project-step"),
]
DESK = [
    path("", queue.queue, name="home"),
    path("schede/", queue.queue, name="project-list"),
    path("schede/azioni/", bulk.choose, name="bulk"),
    path("schede/azioni/conferma/", bulk.apply, name="bulk-apply"),
    path("schede/<str:code>/", review.review, name="project-review"),
    path("schede/<str:code>/prendi/", review.take, name="project-take"),
    path("schede/<str:code>/rilascia/", review.release, name="project-release"),
    path("schede/<str:code>/prendi-il-posto/", review.take_over, name="project-take-over"),
    path("schede/<str:code>/affida/", colleagues.assign, name="project-assign"),
    path("schede/<str:code>/note/", colleagues.add_note, name="project-note"),
    path("schede/<str:code>/note/<int:pk>/togli/", colleagues.remove_note, name="note-remove"),
    path("schede/<str:code>/testo-pronto/", review.insert_reply, name="project-reply-text"),
    path("schede/<str:code>/commenti/", review.comments, name="project-comments"),
    path("schede/<str:code>/commenta/", review.comment, name="project-comment"),
    path("schede/<str:code>/commenti/<int:pk>/togli/", review.remove_comment, name="comment-remove"),
    path("schede/<str:code>/integrazioni/", review.request_changes, name="project-request-changes"),
    path("schede/<str:code>/pubblica/", review.publish, name="project-publish"),
    path("schede/<str:code>/non-pubblicare/", review.archive, name="project-archive"),
    path("schede/<str:code>/ritira/", review.withdraw, name="project-withdraw"),
    path("schede/<str:code>/ripubblica/", review.restore, name="project-restore"),
    path("testi/", replies.reply_list, name="reply-list"),
    path("testi/nuovo/", replies.edit, name="reply-new"),
    path("testi/<int:pk>/", replies.edit, name="reply-edit"),
    path("testi/<int:pk>/elimina/", replies.delete, name="reply-delete"),
]
