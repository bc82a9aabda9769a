"""Creating organisations, and naming them in the audit log."""

from django.utils.text import slugify

from lib.audit import Subject
from municipalities.models import Organisation, Territory


def body_subject(organisation: Organisation) -> Subject:
    """An organisation as the subject of an entry of the audit log."""
    return Subject("organisation", organisation.slug, organisation.name, organisation.slug)


def body_of_municipality(territory: Territory) -> Organisation:
    """The organisation of a municipality, created when there is none."""
    existing = Organisation.objects.of_municipality(territory).first()
    return existing or open_body(
        kind=Organisation.Kind.MUNICIPALITY,
        name=f"Comune di {territory.name}",
        territory=territory,
        ipa_code=territory.ipa_code,
    )


def open_body(*, kind: str, name: str, territory: Territory | None = None, **fields) -> Organisation:
    """Store a new organisation under a free slug made of its name; `fields` are further columns.

    Raises ValueError when a hundred slugs of that name are taken.
    """
    base = slugify(name)[:100] or kind
    if kind == Organisation.Kind.MUNICIPALITY and territory:
        base = f"comune-di-{territory.slug}"[:110]
    for attempt in range(1, 100):
        slug = base if attempt == 1 else f"{base}-{attempt}"
        if Organisation.objects.filter(slug=slug).exists():
            continue
        return Organisation.objects.create(kind=kind, name=name, territory=territory, slug=slug, **fields)
    raise ValueError(f"too many bodies called {name}")
