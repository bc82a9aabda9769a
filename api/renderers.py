"""JSON out, fast: stored items pass through as they are."""

import orjson
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer


class StoredJsonRenderer(BaseRenderer):
    """Writes plain values and orjson.Fragment, the text of a card's item as it was stored."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data, accepted_media_type=None, renderer_context=None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=str)


class AlwaysJson(BaseContentNegotiation):
    """Responses are JSON whatever the Accept header prefers (RFC 9110, 12.5.1 allows it)."""

    def select_parser(self, request, parsers):
        return parsers[0] if parsers else None

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type
