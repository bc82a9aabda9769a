"""How the views tell drf-spectacular about themselves, and what the schema says beyond them."""

from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse

from api.params import PARAMETERS
from api.problems import MEDIA_TYPE

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
                "required": ["parameter", "detail"],
                "properties": {"parameter": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
ERRORS = {
    "400": "Un parametro non esiste",
    "404": "Non c’è niente a questo indirizzo",
    "410": "Ritirato",
    "422": "Il valore di un parametro non va",
    "429": "Troppe richieste",
    "503": "Servizio sospeso per poco",
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
        return [PARAMETERS[name] for name in self.view.parameters]

    def get_response_serializers(self):
        return {200: OpenApiResponse(self.view.answer, description="OK")}

    def get_filter_backends(self) -> list:
        return []


def complete(schema: dict) -> dict:
    """Add what holds for the whole API: who answers for it, servers, errors, headers of every answer."""
    schema["info"] |= {
        "description": "Progetti di smart city dei Comuni italiani. Lettura libera, senza chiave.",
        "termsOfService": f"{settings.SITE_URL}/dati/",
        "contact": {"name": "Osservatorio Smart City", "url": settings.SITE_URL},
        "license": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
        "x-summary": "Progetti di smart city dei Comuni italiani",
        "x-api-id": "osservatorio-smart-city",
    }
    schema["servers"] = [{"url": settings.SITE_URL, "description": "Osservatorio Smart City"}]
    parts = schema.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    parts["headers"] = {name: _rate_header(about) for name, about in RATE_HEADERS.items()}
    parts["responses"] = {f"Problem{code}": _problem_answer(about) for code, about in ERRORS.items()}
    for path in schema["paths"].values():
        for operation in path.values():
            _complete_operation(operation)
    _give_formats(schema)
    return schema


def _rate_header(about: str) -> dict:
    schema = {"type": "integer", "format": "int32", "minimum": 0, "maximum": 2_147_483_647}
    return {"description": about, "schema": schema}


def _headers() -> dict:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in RATE_HEADERS}


def _problem_answer(about: str) -> dict:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": about, "headers": _headers(), "content": content}


def _complete_operation(operation: dict) -> None:
    operation["responses"]["200"]["headers"] = _headers()
    for code in ERRORS:
        operation["responses"].setdefault(code, {"$ref": f"#/components/responses/Problem{code}"})
    content = operation["responses"]["200"]["content"]
    if operation["operationId"] == "get_status":
        content[MEDIA_TYPE] = content.pop("application/json")


def _give_formats(part) -> None:
    """Every integer says how wide it is, wherever in the schema it stands."""
    if isinstance(part, dict):
        if part.get("type") in ("integer", ["integer", "null"]):
            part.setdefault("format", "int32")
        for value in part.values():
            _give_formats(value)
    elif isinstance(part, list):
        for value in part:
            _give_formats(value)
