"""Municipalities proposed while a form field is filled in."""

from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lib.text import fold
from municipalities.names import place_label, proposed

SUGGESTED, MIN_LENGTH, MAX_LENGTH = 8, 2, 120


@require_safe
def suggestions(request):
    """Names that MunicipalityField reads for the beginning of one: `{"suggestions": [{kind, text}]}`."""
    text = request.GET.get("q", "").replace("\x00", "")[:MAX_LENGTH]
    places = proposed(text, SUGGESTED) if len(fold(text)) >= MIN_LENGTH else []
    return JsonResponse(
        {
            "suggestions": [
                {"kind": place.former or _("Comune"), "text": place_label(place)} for place in places
            ]
        }
    )
