"""Drafts sent by the software of a body, with its token. The only write of the API."""

import hashlib
import json
import re
import uuid
from decimal import Decimal
from http import HTTPStatus

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiRequest, ApiToken
from api.problems import BadFields, Refused
from api.serializers import Submission
from api.throttles import SubmissionRate
from api.views.base import PublicView
from projects.api_drafts import Invalid, create_draft, missing_fields
from projects.models import Project
from projects.rules import can_create

MAX_BODY = 1_000_000
KEY = re.compile(r"[!-~]{1,255}")
NAMES = uuid.UUID("6f0b6a0c-3c52-4c0e-9a44-7d0a0b9c7a11")


class SubmissionView(PublicView):
    """Crea la bozza di un progetto, con gli stessi controlli del modulo.

    Serve la chiave dell’ente. Il risultato è sempre una bozza: chi lavora per l’ente la controlla e la invia.
    Con la stessa `Idempotency-Key` la stessa richiesta ripetuta dà la stessa risposta e non crea altro.
    """

    name = "create_submission"
    answer = Submission
    success = 201
    has_body = True
    http_method_names = ["post", "options"]

    def post(self, request: Request) -> Response:
        token = _token_of(request)
        self.limit_to(request, SubmissionRate())
        key, body = _key_of(request), _body_of(request)
        answer = _answered(token, key, body) if key else _made(token, uuid.uuid4(), _read(body))
        location = {"Location": f"{settings.SITE_URL}{_address(orjson.loads(answer)['code'])}"}
        headers = {"Cache-Control": "no-store", **location}
        return Response(orjson.Fragment(answer), status=HTTPStatus.CREATED, headers=headers)


def _token_of(request: Request) -> ApiToken:
    """The token of the Authorization header; refuses one that is missing, unknown, ended or orphaned."""
    scheme, _blank, plain = request.headers.get("Authorization", "").partition(" ")
    known = ApiToken.objects.valid().of(plain.strip()).select_related("organisation__territory", "created_by")
    token = known.first() if scheme.lower() == "bearer" else None
    if token is None:
        raise Refused(HTTPStatus.UNAUTHORIZED, _("Serve la chiave dell’ente: `Authorization: Bearer …`"))
    if not can_create(token.created_by, token.organisation_id):
        told = _("Chi ha creato questa chiave non lavora più per l’ente: creane un’altra")
        raise Refused(HTTPStatus.FORBIDDEN, told)
    return token


def _key_of(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if "Idempotency-Key" in request.headers and not KEY.fullmatch(key):
        told = _("`Idempotency-Key` può avere al massimo 255 caratteri ASCII, senza spazi")
        raise Refused(HTTPStatus.BAD_REQUEST, told)
    return key


def _body_of(request: Request) -> bytes:
    if request.content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _("Serve `Content-Type: application/json`"))
    large = Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("La richiesta può avere al massimo 1 MB"))
    try:
        body = request._request.body
    except RequestDataTooBig as error:
        raise large from error
    if len(body) > MAX_BODY:
        raise large
    return body


def _read(body: bytes) -> dict:
    """The object that the body holds, its decimal numbers exact."""
    try:
        data = json.loads(body.decode(), parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused(HTTPStatus.BAD_REQUEST, _("Il testo della richiesta non è JSON")) from error
    if not isinstance(data, dict):
        raise BadFields([("", _("Serve un oggetto JSON"))])
    return data


def _no_constant(name: str):
    raise ValueError(name)


def _answered(token: ApiToken, key: str, body: bytes) -> bytes:
    """The response stored under this key, or a new one. Of two at once, the second waits for the first."""
    digest = hashlib.sha256(body).hexdigest()
    try:
        with transaction.atomic():
            kept = ApiRequest.objects.create(token=token, key=key, body_digest=digest)
            kept.answer = _made(token, uuid.uuid5(NAMES, f"{token.pk} {key}"), _read(body)).decode()
            kept.save(update_fields=["answer"])
            return kept.answer.encode()
    except IntegrityError:
        kept = ApiRequest.objects.filter(token=token, key=key).first()
        if kept is None:
            raise
    if kept.body_digest != digest:
        told = _("Questa `Idempotency-Key` è già servita per un’altra richiesta")
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, told)
    return kept.answer.encode()


def _made(token: ApiToken, idempotency_key: uuid.UUID, data: dict) -> bytes:
    """Create the draft; returns the JSON of the response."""
    try:
        project = create_draft(
            data, by=token.created_by, owner=token.organisation, idempotency_key=idempotency_key
        )
    except Invalid as error:
        raise BadFields(error.errors) from error
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
    return orjson.dumps(_told(project))


def _told(project: Project) -> dict:
    return {
        "code": project.code,
        "status": project.status,
        "title": project.title,
        "edit_url": f"{settings.SITE_URL}{_address(project.code)}",
        "missing": [{"pointer": pointer, "detail": words} for pointer, words in missing_fields(project)],
    }


def _address(code: str) -> str:
    """The page where the body goes on with a draft, in Italian whatever the caller reads."""
    with override("it"):
        return reverse("officer:project-status", args=[code])
