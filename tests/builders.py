"""A small country for tests: a few places, bodies, people and projects, made by the product's own actions."""

import uuid
from datetime import date

from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile

from accounts.models import Membership, User
from cards.models import Edition
from lib.text import fold
from municipalities.actions import body_of_municipality, open_body
from municipalities.models import Organisation, Territory, TerritoryBoundary, TerritoryChange, TerritoryCode
from projects import actions, publishing, reviewing
from projects.models import Project

PASSWORD = "una-frase-lunga-e-sicura"


def territory(level: str, code: str, name: str, **fields) -> Territory:
    fields.setdefault("slug", fold(name).replace(" ", "-"))
    return Territory.objects.create(level=level, code=code, name=name, search_name=fold(name), **fields)


def piedmont() -> dict[str, Territory]:
    """Torino, Ivrea, Samone and Val di Chy with its predecessor Alice Superiore; Samone of Trento too."""
    region = territory("region", "01", "Piemonte")
    turin = territory("province", "TO", "Torino", region=region, kind=3)
    trentino = territory("region", "04", "Trentino-Alto Adige")
    trento = territory("province", "TN", "Trento", region=trentino, kind=2)
    places = {
        "torino": _municipality("L219", "Torino", "001272", turin, population=848_748, population_year=2021),
        "ivrea": _municipality("E379", "Ivrea", "001125", turin, population=22_683, population_year=2021),
        "samone": _municipality("H753", "Samone", "001236", turin, slug="samone-to"),
        "samone_tn": _municipality("H754", "Samone", "022165", trento, slug="samone-tn"),
        "val_di_chy": _municipality("M405", "Val di Chy", "001317", turin, valid_from=date(2019, 1, 1)),
        "alice": _municipality("A199", "Alice Superiore", "001005", turin, valid_to=date(2019, 1, 1)),
    }
    TerritoryChange.objects.create(
        kind="merger",
        effective_date=date(2019, 1, 1),
        predecessor=places["alice"],
        successor=places["val_di_chy"],
    )
    return places


def squares() -> None:
    """A square boundary for every place in force, side by side, so that maps have something to draw."""
    for number, place in enumerate(Territory.objects.filter(valid_to=None)):
        x = 5000 + 100 * number
        TerritoryBoundary.objects.create(
            territory=place,
            geojson="{}",
            svg_path=f"M{x} -45000l90 0 0 90-90 0z",
            min_x=x,
            min_y=0,
            max_x=x + 90,
            max_y=90,
        )


def _municipality(code: str, name: str, istat_code: str, province: Territory, **fields) -> Territory:
    municipality = territory(
        "municipality", code, name, istat_code=istat_code, province=province, region=province.region, **fields
    )
    TerritoryCode.objects.create(
        territory=municipality,
        istat_code=istat_code,
        province=province,
        name=name,
        search_name=fold(name),
        valid_from=municipality.valid_from,
        valid_to=municipality.valid_to,
    )
    return municipality


def person(email: str, *memberships: tuple[Organisation, str]) -> User:
    user = User.objects.create_user(email, PASSWORD, name=email.partition("@")[0].title())
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    for organisation, role in memberships:
        Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


def officer(municipality: Territory, email: str = "referente@example.org", role: str = "officer") -> User:
    return person(email, (body_of_municipality(municipality), role))


def reviewer(email: str = "redazione@example.org", role: str = "reviewer") -> User:
    desk = Organisation.objects.filter(kind="observatory").first()
    return person(email, (desk or open_body(kind="observatory", name="Osservatorio Smart City"), role))


COMPLETE = {
    "title": "Illuminazione pubblica a LED",
    "summary": "Sostituzione dei lampioni con apparecchi a LED telecontrollati.",
    "kind": "project",
    "need": "I lampioni consumano troppo.",
    "stage": "running",
    "primary_area": "energy",
    "total_cost": 14_000_000,
    "start_actual": "2019",
    "technologies": ["led"],
}


def draft(by: User, municipality: Territory, **fields) -> Project:
    """A project ready to be sent, unless `fields` empties something."""
    return actions.create_project(
        by=by,
        owner=body_of_municipality(municipality),
        idempotency_key=uuid.uuid4(),
        **{**COMPLETE, **fields},
    )


def published(by: User, desk: User, municipality: Territory, **fields) -> Edition:
    """A project sent, taken and published through the real workflow."""
    return publish_draft(draft(by, municipality, **fields), by, desk)


def publish_draft(project: Project, by: User, desk: User) -> Edition:
    actions.submit(project, by=by, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    return publishing.publish(project, by=desk)


def published_again(card: Edition, desk: User, **fields) -> Edition:
    """The next edition of a card, revised by who created its project."""
    by = project_of(card).created_by
    project = actions.revise(project_of(card), by=by)
    actions.save_draft(project, by=by, version=project.version, changes=fields)
    return publish_draft(project_of(card), by, desk)


def project_of(card: Edition) -> Project:
    """The working copy of a published card, read from the database each time."""
    return Project.objects.select_related("record__owner").get(pk=card.record_id)


def content_file(content: bytes) -> ContentFile:
    """The content of an uploaded file."""
    return ContentFile(content)
