"""What was public on a day, as rows of the open data, streamed: memory does not grow with the projects."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import orjson
from django.db import router
from django.db.models import Q
from django.utils.translation import override

from cards.document.columns import PROJECTS
from cards.document.places import promoting_municipality
from cards.models import Edition
from cards.reads.as_of import editions_as_of
from cards.reads.bulk import DOCUMENT, key_chunks, read_texts
from cards.search.totals import included
from cards.vocabulary.areas import AREAS
from cards.vocabulary.lists import Stage
from municipalities.models import Territory, TerritoryChange, TerritoryCode
from municipalities.search import ENDING_KINDS
from opendata.columns import ADOPTIONS, CITIES, DOCUMENTS, FUNDING, REPLICABILITY
from opendata.columns import AREAS as AREAS_TABLE
from reuse.criteria import KEYS
from reuse.models import Adoption, Assessment
from reuse.reads.adoptions import adoptions_among
from reuse.reads.standing import panel_of

BATCH = 500
# Up to so many cards, municipalities are read as the documents name them; more name most of them.
SMALL = 5_000
CITY_FIELDS = (
    "code",
    "istat_code",
    "name",
    "name_other",
    "population",
    "population_year",
    "area_km2",
    "altitude_m",
    "altitude_zone",
    "urbanisation_degree",
    "latitude",
    "longitude",
    "ipa_code",
    "website",
    "valid_from",
)
# The fields of a municipality in a row of projects, beside province and region.
SHEET_FIELDS = CITY_FIELDS[:3]


def codes_on(day: date, territory_ids=None) -> dict[int, TerritoryCode]:
    """`{territory id: its code and name on `day`}` of municipalities."""
    began = Q(valid_from=None) | Q(valid_from__lte=day)
    dated = TerritoryCode.objects.filter(began, Q(valid_to=None) | Q(valid_to__gt=day))
    if territory_ids is not None:
        dated = dated.filter(territory__in=territory_ids)
    return {row.territory_id: row for row in dated.select_related("province__region")}


def cities_on(
    day: date | None = None, codes: Collection[str] | None = None, fields: Sequence[str] = CITY_FIELDS
) -> dict[str, dict]:
    """`{Belfiore code: values}` of the municipalities in force on `day`, or now, sorted by code.

    `codes` restricts the municipalities, `fields` the columns.
    """
    places = Territory.objects.municipalities()
    places = (places.on(day) if day else places.current()).order_by("code")
    if codes is not None:
        places = places.filter(code__in=codes)
    dated = codes_on(day) if day else {}
    cities = {}
    for row in places.values("pk", *fields, "province__code", "region__code"):
        row["province_code"], row["region_code"] = row.pop("province__code"), row.pop("region__code")
        if then := dated.get(row.pop("pk")):
            row["name"], row["istat_code"] = then.name, then.istat_code
            if then.province:
                row["province_code"] = then.province.code
                row["region_code"] = then.province.region.code if then.province.region else None
        cities[row["code"]] = row
    return cities


class Snapshot:
    """The public data of one moment: cards never change, so their keys, read once, determine it."""

    def __init__(self, day: date | None = None, keys: Iterable[int] | None = None):
        """All that was public on `day`, by code; or the cards with these keys alone, in their order."""
        self.keys = array(
            "Q", editions_as_of(day).order_by("code").values_list("pk", flat=True) if keys is None else keys
        )
        self.day = day
        self.successors = _successors()
        # A file of few cards needs few municipalities, read as the documents name them.
        is_small = keys is not None and len(self.keys) <= SMALL
        fields = CITY_FIELDS if keys is None else SHEET_FIELDS
        self.cities = {} if is_small else cities_on(day, fields=fields)
        self.read_codes: set[str] | None = set() if is_small else None
        # The router knows it only during the request; the file is streamed afterwards.
        self.alias = router.db_for_read(Edition)

    def city_of(self, code: str | None) -> dict | None:
        """The municipality in force on the day that has the territory of `code`, merged into it or not."""
        if code in self.cities:
            return self.cities[code]
        seen = set()
        while code and code not in self.cities and code not in seen:
            seen.add(code)
            code = self.successors.get(code)
        return self.cities.get(code)

    def _read_cities(self, codes: Iterable[str | None]) -> None:
        """Read the municipalities of these codes and their successors, unless they were read before."""
        if self.read_codes is None:
            return
        wanted = set()
        for code in codes:
            while code and code not in wanted and code not in self.read_codes:
                wanted.add(code)
                code = self.successors.get(code)
        if wanted:
            self.read_codes |= wanted
            self.cities |= cities_on(self.day, wanted, SHEET_FIELDS)

    def documents(self) -> Iterator[dict]:
        """The card documents by code of project, with their municipalities as they were on the day."""
        for keys in key_chunks(self.keys):
            stored = read_texts(keys, DOCUMENT, self.alias)
            # One after the other where possible: many at once would occupy the garbage collector.
            documents = (orjson.loads(stored[key]) for key in keys)
            if self.read_codes is not None:
                documents = list(documents)
                self._read_cities(
                    code for d in documents for code in (d["lead_municipality"], *d["other_municipalities"])
                )
            yield from map(self._placed, documents)

    def _placed(self, document: dict) -> dict:
        document["municipality"] = self.city_of(document["lead_municipality"]) or {
            "code": document["lead_municipality"]
        }
        if codes := document["other_municipalities"]:
            others = map(self.city_of, codes)
            document["other_municipalities"] = sorted({city["code"] for city in others if city})
        return document

    def rows(self, name: str) -> Iterator[Mapping]:
        """The rows of one table, in the order of its key."""
        return {
            PROJECTS.name: self.documents,
            CITIES.name: self._cities,
            AREAS_TABLE.name: self._areas,
            REPLICABILITY.name: self._replicability,
            ADOPTIONS.name: self._adoptions,
            FUNDING.name: self._funding,
            DOCUMENTS.name: self._files,
        }[name]()

    def _cities(self) -> Iterator[dict]:
        totals, nested = defaultdict(lambda: defaultdict(int)), self._parts(of_one_owner=True)
        for document in self.documents():
            _count_in(totals, document, self._owner_of(document), document["code"] in nested)
        empty = dict.fromkeys((c.name for c in CITIES.columns if c.is_required), 0) | {"total_cost_own": None}
        for code, city in self.cities.items():
            yield {**empty, **totals.get(code, {}), **city}

    def _areas(self) -> Iterator[dict]:
        counts, known, costs = Counter(), Counter(), defaultdict(Decimal)
        nested = self._parts()
        for document in self.documents():
            area = document["primary_area"]
            counts[area] += 1
            if document["total_cost"] is not None:
                known[area] += 1
                costs[area] += 0 if document["code"] in nested else Decimal(document["total_cost"])
        for area in sorted(AREAS, key=lambda area: area.key):
            with override("it"):
                row = {"key": area.key, "slug": area.slug, "name": str(area.name)}
            with override("en"):
                row["name_en"] = str(area.name)
            sums = {"projects_with_cost": known[area.key], "total_cost": costs.get(area.key)}
            yield {**row, "projects": counts[area.key], **sums}

    def _owner_of(self, document: dict) -> str:
        """The municipality whose own project it is, as cards.document.derive finds it; empty without one."""
        if document["promoter"]:
            city = self.city_of(promoting_municipality(document))
            return city["code"] if city else ""
        return document["municipality"]["code"] or ""

    def _parts(self, *, of_one_owner: bool = False) -> set[str]:
        """The codes whose cost is within that of a programme of the snapshot, or of their owner's alone."""
        names = ("pk", "code", "part_of", "own_municipality_code")
        parts = Edition.objects.exclude(part_of="").values_list(*names)
        if not parts:
            return set()
        keys = set(self.keys)
        parents = {code: above for pk, code, above, _owner in parts if pk in keys}
        owners = {code: owner for pk, code, _above, owner in parts if pk in keys}
        programmes = Edition.objects.filter(code__in=set(parents.values()), total_cost__isnull=False)
        known = {
            code: owner for pk, code, owner in programmes.values_list("pk", "code", names[3]) if pk in keys
        }
        if not of_one_owner:
            return included(parents, known)
        return {
            code
            for code, owner in owners.items()
            if included({code: parents[code]}, {above for above in known if known[above] == owner})
        }

    def _replicability(self) -> Iterator[dict]:
        """One row a rater of each project, as on the day; demonstrations only with settings.DEMO."""
        assessed = set(Assessment.objects.visible().values_list("record", flat=True))
        if not assessed:
            return
        for start in range(0, len(self.keys), BATCH):
            keys = self.keys[start : start + BATCH]
            cards = Edition.objects.filter(pk__in=keys).values_list("pk", "record", "document")
            rows = {pk: (project, document) for pk, project, document in cards if project in assessed}
            for project, document in (rows[key] for key in keys if key in rows):
                yield from self._judged(project, orjson.loads(document))

    def _judged(self, project: int, document: dict) -> Iterator[dict]:
        panel = panel_of(project, document, today=self.day)
        for judged in sorted(panel.judgements, key=lambda judged: judged.assessment.rater):
            yield {
                "project_code": document["code"],
                "rater": judged.assessment.rater,
                "assessed_on": judged.rated_on,
                "score": judged.score.score,
                "ratings_mean": judged.score.ratings_mean,
                "kit_completeness": judged.score.kit_completeness,
                "adoptions": judged.score.adoptions,
                "adoptions_under_way": judged.score.adoptions_under_way,
                "is_demonstration": judged.assessment.is_demonstration,
                **dict.fromkeys(KEYS),
                **judged.values,
            }

    def _adoptions(self) -> Iterator[dict]:
        """Adoptions as on the day: bodies and steps, no notes."""
        if not Adoption.objects.visible().exists():
            return
        for start in range(0, len(self.keys), BATCH):
            keys = self.keys[start : start + BATCH]
            cards = Edition.objects.filter(pk__in=keys).values_list("pk", "record", "code")
            rows = {pk: (project, code) for pk, project, code in cards}
            among = adoptions_among([project for project, _code in rows.values()], self.day)
            for project, code in (rows[key] for key in keys):
                for adoption in sorted(among.get(project, []), key=lambda adoption: adoption.pk):
                    yield _adopted(adoption, code)

    def _funding(self) -> Iterator[dict]:
        for document in self.documents():
            for number, line in enumerate(document["funding_lines"], 1):
                yield {**line, "project_code": document["code"], "line": number}

    def _files(self) -> Iterator[dict]:
        for document in self.documents():
            for file in sorted(document["documents"], key=lambda file: file["id"]):
                yield {**file, "project_code": document["code"]}


def _adopted(adoption: Adoption, code: str) -> dict:
    place = adoption.adopter.territory
    return {
        "project_code": code,
        "adoption_id": adoption.pk,
        "taken_from": adoption.parent_id,
        "adopter": adoption.adopter.name,
        "adopter_code": place and place.code,
        "giver": adoption.giver.name,
        "step": adoption.state_as_of,
        "is_demonstration": adoption.is_demonstration,
    }


def _count_in(totals: Mapping, document: Mapping, owner: str, is_nested: bool) -> None:
    """Add one project to the totals of every municipality it names, its cost to those of its owner.

    `is_nested`: its cost is within that of a programme of the same owner.
    """
    lead = document["municipality"]["code"]
    for code in {lead, *document["other_municipalities"]} - {None}:
        totals[code]["projects"] += 1
        totals[code][f"area_{document['primary_area']}"] += 1
        if document["stage"] in Stage.values:
            totals[code][f"stage_{document['stage']}"] += 1
    totals[lead]["projects_led"] += 1
    if not owner:
        return
    totals[owner]["projects_own"] += 1
    if document["total_cost"] is not None:
        totals[owner]["projects_own_with_cost"] += 1
        totals[owner]["total_cost_own"] += 0 if is_nested else Decimal(document["total_cost"])


def _successors() -> dict[str, str]:
    """`{code of an ended municipality: code of the one that took it in}`, the latest change winning."""
    changes = TerritoryChange.objects.filter(kind__in=ENDING_KINDS).exclude(successor=None)
    changes = changes.order_by("effective_date", "pk")
    pairs = changes.values_list("predecessor__code", "successor__code")
    return {before: after for before, after in pairs if before != after}
