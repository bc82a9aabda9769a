"""The public adoptions of a project."""

from rest_framework.request import Request
from rest_framework.response import Response

from api.params import PAGING
from api.serializers import Adoption, list_of
from api.views.base import PublicView
from api.views.projects import current_card
from municipalities.models import Organisation
from reuse.models import OutsidePractice
from reuse.reads.family import Family, Node, family_of

OUTSIDE, REGISTRY = "outside", "registry"


class AdoptionList(PublicView):
    """I riusi di un progetto: chi lo ha preso, da chi, a che punto è, e da quali pratiche nasce.

    Contano nel punteggio quelli con `counts_as`; le note private e i semplici interessi non ci sono.
    """

    name = "list_project_adoptions"
    parameters = PAGING
    answer = list_of(Adoption)

    def get(self, request: Request, key: str) -> Response:
        rows = _rows(family_of(current_card(key).record_id))
        return self.paged(request, rows, len(rows), list)


def _rows(family: Family) -> list[dict]:
    """Practices from outside, then adoptions, each before those that derive from it."""
    rows = [_practice(practice) for practice in family.origins]
    queue = list(family.nodes)
    while queue:
        node = queue.pop(0)
        rows.append(_adoption(node))
        queue = node.children + queue
    return rows


def _adoption(node: Node) -> dict:
    adoption = node.adoption
    return {
        "kind": REGISTRY,
        "id": adoption.pk,
        "taken_from": adoption.parent_id,
        "adopter": _body(adoption.adopter),
        "giver": _body(adoption.giver),
        "source": None,
        "step": adoption.step,
        "counts_as": "adoption" if node.is_done else "under_way",
        "steps": [{"step": step, "date": on.isoformat()} for step, _label, on in node.steps],
        "notes": [
            {
                "date": text.on.isoformat(),
                "note": text.note or None,
                "what_changed": text.what_changed or None,
                "what_learnt": text.what_learnt or None,
            }
            for text in node.texts
        ],
        "result": node.result.code if node.result else None,
        "is_demonstration": adoption.is_demonstration,
    }


def _practice(practice: OutsidePractice) -> dict:
    changed = practice.what_changed or None
    note = {"date": practice.adopted_on or None, "note": None, "what_changed": changed, "what_learnt": None}
    return {
        "kind": OUTSIDE,
        "id": practice.pk,
        "taken_from": None,
        "adopter": _body(practice.adopter),
        "giver": None,
        "source": {
            "name": practice.name,
            "city": practice.city,
            "country": practice.country,
            "url": practice.url,
            "adopted_on": practice.adopted_on or None,
        },
        "step": None,
        "counts_as": None,
        "steps": [],
        "notes": [note] if changed else [],
        "result": None,
        "is_demonstration": practice.is_demonstration,
    }


def _body(body: Organisation) -> dict:
    return {"slug": body.slug, "name": body.name, "kind": body.kind}
