"""What drf-spectacular reads of the views, and the parts of the schema that hold for all of them."""

from copy import copy

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from api.params import PARAMETERS
from api.problems import MEDIA_TYPE
from opendata.datapackage import MEDIA_TYPES
from projects.api_drafts import body_schema

BASE = "/api/v1"
TOKEN = "BodyToken"
RATE_HEADERS = {
    "X-RateLimit-Limit": "Richieste ammesse in un minuto",
    "X-RateLimit-Remaining": "Richieste che restano in questo minuto",
    "X-RateLimit-Reset": "Secondi che mancano al prossimo minuto",
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "format": "int32", "minimum": 100, "maximum": 599},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "parameter": {"type": "string", "description": "Parametro della query"},
                    "pointer": {"type": "string", "description": "JSON Pointer nel corpo (RFC 6901)"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
TAGS = {
    "projects": "Progetti: elenco, gruppi, schede, edizioni",
    "municipalities": "Comuni",
    "areas": "Aree",
    "organisations": "Enti",
    "protocols": "Protocolli",
    "stats": "Cifre del registro",
    "datasets": "Dati aperti",
    "submissions": "Bozze inviate dai programmi degli enti",
    "status": "Stato del servizio",
}
ERRORS = {
    "400": _("La richiesta non si legge, o un parametro non esiste"),
    "404": _("Non c’è niente a questo indirizzo"),
    "405": _("Questo indirizzo non accetta questo metodo"),
    "410": _("Ritirato"),
    "414": _("L’indirizzo è troppo lungo"),
    "422": _("Il valore di un parametro o di un campo non va"),
    "429": _("Troppe richieste"),
    "503": _("Servizio sospeso per poco"),
}
WRITE_ERRORS = {
    "401": _("Manca la chiave, o non vale"),
    "403": _("Chi ha creato la chiave non lavora più per l’ente"),
    "413": _("La richiesta è troppo grande"),
    "415": _("Il corpo non è `application/json`"),
}


class PublicSchema(AutoSchema):
    """Reads a PublicView: its `name`, `parameters`, `answer` and docstring."""

    def get_operation_id(self) -> str:
        return self.view.name

    def get_summary(self) -> str:
        return (self.view.__doc__ or "").strip().splitlines()[0]

    def get_description(self) -> str:
        return " ".join((self.view.__doc__ or "").split())

    def get_tags(self) -> list[str]:
        return [self.path.strip("/").split("/")[2]]

    def get_override_parameters(self) -> list:
        return [_in_words(PARAMETERS[name]) for name in self.view.parameters]

    def get_response_serializers(self):
        return {self.view.success: OpenApiResponse(self.view.answer, description="OK")}

    def get_request_serializer(self):
        return None

    def get_auth(self) -> list:
        return [{TOKEN: []}] if self.method == "POST" else []

    def get_filter_backends(self) -> list:
        return []


def _in_words(parameter: OpenApiParameter) -> OpenApiParameter:
    """The parameter with its description in the active language; the schema keeps a lazy one only once."""
    translated = copy(parameter)
    translated.description = str(parameter.description)
    return translated


def complete(schema: dict, site: str) -> dict:
    """Add what holds for the whole API: contact, servers, errors, headers of every response."""
    schema["info"] |= {
        "description": "Progetti di smart city dei Comuni italiani. Lettura libera, senza chiave.",
        "termsOfService": f"{site}/dati/",
        "contact": {"name": "Osservatorio Smart City", "url": site},
        "license": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
        "x-summary": "Progetti di smart city dei Comuni italiani",
        "x-api-id": "osservatorio-smart-city",
    }
    schema["servers"] = [_server(site)]
    schema["paths"] = {path.removeprefix(BASE): operations for path, operations in schema["paths"].items()}
    _call_codes(schema["paths"])
    schema["tags"] = [{"name": name, "description": about} for name, about in TAGS.items()]
    parts = schema.setdefault("components", {})
    parts.setdefault("schemas", {}).update(Problem=PROBLEM, SubmissionInput=body_schema())
    parts["headers"] = {name: _rate_header(about) for name, about in RATE_HEADERS.items()}
    parts["headers"]["Retry-After"] = _rate_header("Secondi da aspettare prima di riprovare")
    parts["responses"] = {f"Problem{c}": _problem_answer(c, t) for c, t in (ERRORS | WRITE_ERRORS).items()}
    parts["securitySchemes"] = {
        TOKEN: {"type": "http", "scheme": "bearer", "description": "La chiave di un ente"}
    }
    for path in schema["paths"].values():
        for operation in path.values():
            _complete_operation(operation)
    _write_submission(schema["paths"]["/submissions"]["post"])
    _add_files(schema["paths"]["/projects"]["get"])
    _give_formats(schema)
    return schema


def _call_codes(paths: dict) -> None:
    """Name the path parameter `key` `code`; a slug is accepted too."""
    for path in [path for path in paths if "{key}" in path]:
        operations = paths.pop(path)
        paths[path.replace("{key}", "{code}")] = operations
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["name"] == "key":
                    parameter["name"] = "code"


def _server(site: str) -> dict:
    server = {"url": f"{site}{BASE}", "description": "Osservatorio Smart City"}
    # A laptop without TLS is a place to try things.
    return server if site.startswith("https://") else {**server, "x-sandbox": True}


def _rate_header(about: str) -> dict:
    schema = {"type": "integer", "format": "int32", "minimum": 0, "maximum": 2_147_483_647}
    return {"description": about, "schema": schema}


def _headers() -> dict:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in RATE_HEADERS}


def _problem_answer(code: str, about: str) -> dict:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    headers = _headers()
    if code in ("429", "503"):
        headers["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    return {"description": str(about), "headers": headers, "content": content}


def _complete_operation(operation: dict) -> None:
    good = operation["responses"].get("200") or operation["responses"]["201"]
    good["headers"] = _headers()
    for code in ERRORS:
        operation["responses"].setdefault(code, {"$ref": f"#/components/responses/Problem{code}"})
    if operation["operationId"] == "get_status":
        good["content"][MEDIA_TYPE] = good["content"].pop("application/json")


def _write_submission(operation: dict) -> None:
    """What only the POST has: a body, an idempotency key, errors of its own."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/SubmissionInput"}}}
    operation["requestBody"] = {"required": True, "content": content}
    about = "Un testo a scelta: la stessa richiesta ripetuta con la stessa chiave non crea un’altra bozza"
    schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": about,
        "schema": schema,
    }
    operation.setdefault("parameters", []).append(key)
    for code in WRITE_ERRORS:
        operation["responses"][code] = {"$ref": f"#/components/responses/Problem{code}"}


def _add_files(operation: dict) -> None:
    """Add the media types of the list as a file."""
    for media_type in MEDIA_TYPES.values():
        operation["responses"]["200"]["content"][media_type] = {"schema": {}}


def _give_formats(part) -> None:
    """Add `format: int32` to every integer of the schema, at any depth."""
    if isinstance(part, dict):
        if part.get("type") in ("integer", ["integer", "null"]):
            part.setdefault("format", "int32")
        for value in part.values():
            _give_formats(value)
    elif isinstance(part, list):
        for value in part:
            _give_formats(value)
