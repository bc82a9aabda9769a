"""The shapes of the answers, for the schema. Lists are stored JSON and never pass through here."""

from functools import cache

from rest_framework import serializers as s

from suitability.score import DIMENSIONS

MAX_INT32 = 2_147_483_647


def _text(**options):
    return s.CharField(allow_null=True, **options)


def _count(**options):
    return s.IntegerField(min_value=0, max_value=MAX_INT32, **options)


class Place(s.Serializer):
    code = s.CharField(help_text="Codice catastale (Belfiore)")
    istat_code = s.CharField()
    name = s.CharField()
    slug = s.CharField()
    province = s.CharField()
    region = s.CharField()


class Body(s.Serializer):
    slug = s.CharField()
    name = s.CharField()
    kind = s.CharField()


class ProjectItem(s.Serializer):
    code = s.CharField()
    slug = s.CharField()
    edition = _count()
    published_at = s.DateTimeField()
    title = s.CharField()
    title_en = _text()
    acronym = _text()
    summary = _text()
    summary_en = _text()
    kind = _text()
    primary_area = _text()
    other_areas = s.ListField(child=s.CharField())
    stage = _text()
    stage_as_of = _text()
    year_from = _count(allow_null=True)
    year_to = _count(allow_null=True)
    total_cost = _text(help_text="Euro, numero decimale come testo")
    cost_unknown = s.BooleanField()
    technologies = s.ListField(child=s.CharField())
    cup_codes = s.ListField(child=s.CharField())
    latitude = _text()
    longitude = _text()
    place_name = _text()
    origin = s.CharField()
    lead_municipality = Place(allow_null=True)
    other_municipalities = Place(many=True)
    promoter = Body(allow_null=True)
    image = s.DictField(allow_null=True)


ITEM_FIELDS = tuple(ProjectItem().fields)


class ProjectCard(ProjectItem):
    """The whole card; fields of its groups beyond these are described in /docs."""

    image = None
    description = _text()
    need = _text()
    objectives = _text()
    solution = _text()
    funding_lines = s.ListField(child=s.DictField())
    indicators = s.ListField(child=s.DictField())
    partners = s.ListField(child=s.DictField())
    documents = s.ListField(child=s.DictField())
    sources = s.ListField(child=s.DictField())


class Withdrawn(s.Serializer):
    code = s.CharField()
    slug = s.CharField()
    edition = _count()
    withdrawn_at = s.DateTimeField()
    withdrawal_reason = s.CharField()


class Version(s.Serializer):
    edition = _count()
    published_at = s.DateTimeField()
    change_note = s.CharField()
    is_current = s.BooleanField()
    withdrawn_at = s.DateTimeField(allow_null=True)
    withdrawal_reason = s.CharField()


def _share():
    return s.FloatField(min_value=0, max_value=1, allow_null=True)


class FitDimension(s.Serializer):
    key = s.ChoiceField(choices=DIMENSIONS)
    value = _share()
    parts = s.DictField(child=_share())
    reasons = s.ListField(child=s.CharField())
    questions = s.ListField(child=s.CharField())


class ProjectFit(s.Serializer):
    project = s.CharField()
    municipality = s.CharField()
    compared_with = _text(help_text="Codice catastale del Comune del progetto più simile")
    score = _share()
    known = s.IntegerField(min_value=0, max_value=5)
    dimensions = FitDimension(many=True)


class RatingItem(s.Serializer):
    key = s.CharField()
    value = s.IntegerField(min_value=1, max_value=5)
    motive = s.CharField()
    evidence_url = _text()


class KitItem(s.Serializer):
    type = s.CharField()
    title = s.CharField()
    url = _text()
    state = s.CharField(help_text="alive, dead o unknown; i collegamenti dead non contano")
    is_demonstration = s.BooleanField()


class ReplicabilityInputs(s.Serializer):
    ratings_mean = s.FloatField(allow_null=True)
    kit_completeness = s.FloatField()
    adoptions = _count()
    adoptions_under_way = _count()
    diffusion = s.FloatField()


class Judgement(s.Serializer):
    score = s.FloatField(allow_null=True)
    band = s.CharField()
    rater = _text()
    organisation = _text()
    rated_on = s.DateField(allow_null=True)
    version = _count(allow_null=True)
    edition = _count(allow_null=True)
    is_expired = s.BooleanField()
    is_demonstration = s.BooleanField()
    coverage = _count()
    ratings = RatingItem(many=True)


class ReplicabilityGap(s.Serializer):
    key = s.CharField()
    lowest = s.CharField()
    highest = s.CharField()


class Replicability(Judgement):
    code = s.CharField()
    formula = s.CharField()
    preset = _text()
    weights = s.DictField(child=s.FloatField())
    inputs = ReplicabilityInputs()
    others = Judgement(many=True)
    gaps = ReplicabilityGap(many=True)
    kit = KitItem(many=True)


class OutsideSource(s.Serializer):
    name = s.CharField()
    city = s.CharField()
    country = s.CharField()
    url = s.CharField()
    adopted_on = _text(help_text="Anno, mese o giorno")


class AdoptionDay(s.Serializer):
    step = s.CharField()
    date = s.DateField()


class AdoptionNote(s.Serializer):
    date = _text(help_text="Anno, mese o giorno")
    note = _text()
    what_changed = _text()
    what_learnt = _text()


class Adoption(s.Serializer):
    kind = s.CharField(help_text="registry, o outside per una pratica presa da fuori del registro")
    id = _count()
    taken_from = _count(allow_null=True, help_text="id del riuso da cui è preso, se non dal primo ente")
    adopter = Body()
    giver = Body(allow_null=True)
    source = OutsideSource(allow_null=True)
    step = _text(help_text="contact, agreement, adaptation, in_service o feedback")
    counts_as = _text(help_text="adoption o under_way, come nel punteggio di replicabilità")
    steps = AdoptionDay(many=True)
    notes = AdoptionNote(many=True)
    result = _text(help_text="Codice del progetto dell’ente riusante che ne è nato, se è nel registro")
    is_demonstration = s.BooleanField()


class FacetValue(s.Serializer):
    value = s.CharField()
    label = s.CharField()
    count = _count()


class Facets(s.Serializer):
    count = _count()
    facets = s.DictField(child=FacetValue(many=True))
    omitted = s.DictField(child=_count())


class MunicipalityItem(s.Serializer):
    code = s.CharField()
    istat_code = s.CharField()
    name = s.CharField()
    name_other = s.CharField()
    slug = s.CharField()
    province = _text()
    region = _text()
    former_name = _text()
    valid_from = s.DateField(allow_null=True)
    valid_to = s.DateField(allow_null=True)
    population = _count(allow_null=True)
    population_year = _count(allow_null=True)
    area_km2 = _text()
    altitude_m = s.IntegerField(allow_null=True, min_value=-100, max_value=5000)
    altitude_zone = _count(allow_null=True)
    urbanisation_degree = _count(allow_null=True)
    latitude = _text()
    longitude = _text()
    ipa_code = s.CharField()
    website = s.CharField()


class MunicipalityTotals(s.Serializer):
    projects = _count()
    area = FacetValue(many=True)
    stage = FacetValue(many=True)
    year = FacetValue(many=True)


class Municipality(MunicipalityItem):
    requested_code = s.CharField()
    totals = MunicipalityTotals()


class AreaItem(s.Serializer):
    key = s.CharField()
    slug = s.CharField()
    label = s.CharField()
    hint = s.CharField()
    colour = s.CharField()
    projects = _count()


class OrganisationItem(Body):
    ipa_code = s.CharField()
    website = s.CharField()
    municipality = _text()
    projects = _count()


class ProtocolItem(s.Serializer):
    slug = s.CharField()
    title = s.CharField()
    summary = s.CharField()
    description = s.CharField()
    promoter = s.CharField()
    signed_year = _count(allow_null=True)
    admitted_kinds = s.ListField(child=s.CharField())
    source_url = s.CharField()
    is_open = s.BooleanField()
    members = _count()


class Stats(s.Serializer):
    projects = _count()
    municipalities = _count()
    total_cost = s.CharField()
    projects_with_cost = _count()
    last_published_at = s.DateTimeField(allow_null=True)
    area = FacetValue(many=True)
    stage = FacetValue(many=True)
    year = FacetValue(many=True)
    region = FacetValue(many=True)
    origin = FacetValue(many=True)


class Missing(s.Serializer):
    pointer = s.CharField(help_text="JSON Pointer del campo (RFC 6901)")
    detail = s.CharField()


class Submission(s.Serializer):
    code = s.CharField()
    status = s.CharField()
    title = s.CharField()
    edit_url = s.URLField()
    missing = Missing(many=True, help_text="Che cosa serve ancora per inviare la bozza")


class FileItem(s.Serializer):
    format = s.CharField()
    media_type = s.CharField()
    url = s.URLField()
    size = s.IntegerField(allow_null=True, min_value=0, max_value=2**53)
    sha256 = _text()


class DatasetItem(s.Serializer):
    slug = s.CharField()
    title = s.CharField()
    description = s.CharField()
    licence = s.CharField()
    licence_url = s.URLField()
    modified_at = s.DateTimeField(allow_null=True)
    files = FileItem(many=True)


class Status(s.Serializer):
    status = _count()
    title = s.CharField()


@cache
class Search(s.Serializer):
    """How the words of `q` were searched: each project holds `matched` of the `expressions`."""

    expressions = _count()
    matched = _count()
    corrections = s.DictField(child=s.ListField(child=s.CharField()))
    synonyms = s.DictField(child=s.ListField(child=s.CharField()))
    former = s.ListField(child=s.DictField(child=s.CharField()))


class ProjectSearchList(s.Serializer):
    """The list of projects; `search` is null without words."""

    count = _count()
    next = _text()
    previous = _text()
    results = ProjectItem(many=True)
    search = Search(allow_null=True)


def list_of(item: type[s.Serializer]) -> type[s.Serializer]:
    """The envelope of every list around one kind of item."""
    fields = {
        "count": _count(),
        "next": _text(),
        "previous": _text(),
        "results": item(many=True),
    }
    return type(f"{item.__name__.removesuffix('Item')}List", (s.Serializer,), fields)
