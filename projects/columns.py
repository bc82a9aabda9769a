"""What a column of open data is, and the columns of a project sheet, declared once.

They stand apart from the other tables (opendata/columns.py) because the CSV line of a card is made when the
card is published (projects/lines.py). What has no column leaves the portal in no dataset: office e-mails have
none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from operator import itemgetter

from django.utils.translation import override

from projects.areas import AREA_CHOICES
from projects.vocabulary import Instrument, Kind, Origin, Scale, Stage

TEXT, INTEGER, NUMBER, BOOLEAN, LIST, MOMENT, PARTIAL_DATE, DAY = (
    "text",
    "integer",
    "number",
    "boolean",
    "list",
    "moment",
    "partial_date",
    "day",
)
MONEY_PLACES, DEGREE_PLACES = 2, 5
# In the order of the pairs below.
LANGUAGES = ("it", "en")


@dataclass(frozen=True)
class Column:
    """`label` and `about` are pairs (Italian, English); `get` reads the value off a row."""

    name: str
    type: str
    label: tuple[str, str]
    about: tuple[str, str] = ("", "")
    get: Callable | None = None
    choices: Sequence = ()
    places: int = 0
    is_required: bool = False

    def value(self, row: Mapping):
        """The plain value of this column: str, int, Decimal, bool, list of str, or None."""
        value = self.get(row) if self.get else row[self.name]
        if value is None or value == "":
            return None
        if self.type == NUMBER:
            return Decimal(value)
        return [str(part) for part in value] if self.type == LIST else value


def _worded(column: Column, place: int, is_kept: bool) -> Column:
    words = {value: str(label) for value, label in column.choices}

    def get(row: Mapping):
        value = column.value(row)
        if isinstance(value, list):
            return [words.get(part, part) for part in value]
        return words.get(value, value) if words else value

    return replace(column, name=column.name if is_kept else column.label[place], get=get)


@dataclass(frozen=True)
class Table:
    name: str
    title: tuple[str, str]
    about: tuple[str, str]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    parents: tuple[tuple[str, str, str], ...] = ()
    has_points: bool = False

    def values(self, row: Mapping) -> list:
        """The value of each column (Column.value), all at once: a file of many rows spends its time here."""
        values = self._taken(row)
        for place, get in self._got:
            values[place] = get(row)
        if "" in values:
            values = [None if value == "" else value for value in values]
        for place in self._numbers:
            if values[place] is not None:
                values[place] = Decimal(values[place])
        for place in self._lists:
            # Most are empty.
            if parts := values[place]:
                values[place] = list(map(str, parts))
        return values

    @cached_property
    def _taken(self) -> Callable:
        """Takes the values that stand in a row as they are; columns with a way of their own come after."""
        width, names = len(self.columns), [column.name for column in self.columns if not column.get]
        if not names:
            return lambda row: [None] * width
        # Once more, as a single name would give no tuple.
        take = itemgetter(*(names[0] if c.get else c.name for c in self.columns), names[0])
        return lambda row: list(take(row)[:width])

    @cached_property
    def _got(self) -> list[tuple[int, Callable]]:
        return [(place, column.get) for place, column in enumerate(self.columns) if column.get]

    @cached_property
    def _numbers(self) -> list[int]:
        return [place for place, column in enumerate(self.columns) if column.type == NUMBER]

    @cached_property
    def _lists(self) -> list[int]:
        return [place for place, column in enumerate(self.columns) if column.type == LIST]

    def narrowed(self, names: Sequence[str]) -> "Table":
        """The same table with the columns named, in that order."""
        by_name = {column.name: column for column in self.columns}
        return replace(self, columns=tuple(by_name[name] for name in dict.fromkeys(names)))

    def worded(self, language: str, kept: Sequence[str] = ()) -> "Table":
        """The same table with words in place of names and codes; the columns `kept` keep their names."""
        place = LANGUAGES.index(language)
        with override(language):
            columns = tuple(_worded(column, place, column.name in kept) for column in self.columns)
        return replace(self, columns=columns)


def coded(name: str, italian: str, english: str, about=("", ""), get=None, **options) -> Column:
    return Column(name, TEXT, (italian, english), about, get, **options)


def money(name: str, italian: str, english: str, about=("", ""), get=None) -> Column:
    return Column(name, NUMBER, (f"{italian} (€)", f"{english} (€)"), about, get, places=MONEY_PLACES)


def dated(name: str, italian: str, english: str) -> Column:
    about = ("ISO 8601: anno, anno-mese o giorno, come è noto", "ISO 8601: year, year-month or day, as known")
    return Column(name, PARTIAL_DATE, (italian, english), about)


def degrees(name: str, italian: str, english: str) -> Column:
    return Column(name, NUMBER, (italian, english), ("WGS84, gradi", "WGS84, degrees"), places=DEGREE_PLACES)


def listed(name: str, italian: str, english: str, about=("", ""), get=None, choices=()) -> Column:
    return Column(name, LIST, (italian, english), about, get, choices)


def text(name: str, italian: str, english: str, get=None, choices=(), is_required=False) -> Column:
    return Column(name, TEXT, (italian, english), ("", ""), get, choices, 0, is_required)


def counted(name: str, italian: str, english: str) -> Column:
    return Column(name, INTEGER, (italian, english), is_required=True)


def part_of(part: str, key: str) -> Callable:
    """The value under `key` of a part of the row that may be missing."""
    return lambda row: (row[part] or {}).get(key)


def each_of(part: str, key: str) -> Callable:
    return lambda row: [item[key] for item in row[part]]


PROJECTS = Table(
    "projects",
    ("Schede dei progetti", "Project sheets"),
    ("Una riga per progetto: la scheda pubblica in vigore.", "One row a project: the public card in force."),
    (
        coded("code", "Codice", "Code", ("Stabile", "Stable"), is_required=True),
        text("slug", "Nome nell’indirizzo", "Name in the address", is_required=True),
        Column("edition", INTEGER, ("Edizione", "Edition"), is_required=True),
        Column("published_at", MOMENT, ("Pubblicata il", "Published at"), ("UTC", "UTC"), is_required=True),
        text("title", "Titolo", "Title", is_required=True),
        text("acronym", "Acronimo", "Acronym"),
        text("summary", "Sintesi", "Summary"),
        text("description", "Descrizione", "Description"),
        text("title_en", "Titolo in inglese", "Title in English"),
        text("summary_en", "Sintesi in inglese", "Summary in English"),
        text("kind", "Tipo", "Kind", choices=Kind.choices),
        text("website", "Sito web", "Web site"),
        coded(
            "municipality_code",
            "Comune capofila",
            "Lead municipality",
            ("Codice catastale (Belfiore)", "Cadastral (Belfiore) code"),
            part_of("municipality", "code"),
        ),
        coded(
            "municipality_istat_code",
            "Codice ISTAT del Comune capofila",
            "ISTAT code of the lead municipality",
            get=part_of("municipality", "istat_code"),
        ),
        text(
            "municipality_name",
            "Nome del Comune capofila",
            "Name of the lead municipality",
            part_of("municipality", "name"),
        ),
        coded(
            "province_code",
            "Provincia",
            "Province",
            ("Sigla", "Letters"),
            part_of("municipality", "province_code"),
        ),
        coded(
            "region_code",
            "Regione",
            "Region",
            ("Codice ISTAT", "ISTAT code"),
            part_of("municipality", "region_code"),
        ),
        listed(
            "other_municipalities",
            "Altri Comuni",
            "Other municipalities",
            ("Codici catastali", "Cadastral codes"),
        ),
        text("place_name", "Luogo", "Place"),
        text("scale", "Scala", "Scale", choices=Scale.choices),
        degrees("latitude", "Latitudine", "Latitude"),
        degrees("longitude", "Longitudine", "Longitude"),
        text("primary_area", "Area principale", "Primary area", choices=AREA_CHOICES),
        listed("other_areas", "Altre aree", "Other areas", choices=AREA_CHOICES),
        listed("target_groups", "Destinatari", "Target groups"),
        listed("technologies", "Tecnologie", "Technologies"),
        listed(
            "sdgs",
            "Obiettivi di sviluppo sostenibile",
            "Sustainable development goals",
            ("Numeri", "Numbers"),
        ),
        text("need", "Problema", "Need"),
        text("objectives", "Obiettivi", "Objectives"),
        text("starting_situation", "Situazione di partenza", "Starting situation"),
        text("policy", "Piano o politica di riferimento", "Policy or plan"),
        text("stage", "Stato di avanzamento", "Stage", choices=Stage.choices),
        dated("stage_as_of", "Stato riferito al", "Stage as of"),
        text("stage_reason", "Motivo di sospensione o abbandono", "Reason of suspension or abandonment"),
        dated("start_planned", "Inizio previsto", "Planned start"),
        dated("start_actual", "Inizio effettivo", "Actual start"),
        dated("end_planned", "Fine prevista", "Planned end"),
        dated("end_actual", "Fine effettiva", "Actual end"),
        Column("year_from", INTEGER, ("Dall’anno", "From year")),
        Column("year_to", INTEGER, ("All’anno", "To year")),
        text("promoter_name", "Ente titolare", "Promoter", part_of("promoter", "name")),
        text("promoter_kind", "Tipo di ente titolare", "Kind of promoter", part_of("promoter", "kind")),
        listed("partners", "Partner", "Partners", get=each_of("partners", "name")),
        text("contact_office", "Ufficio di contatto", "Contact office"),
        money("total_cost", "Costo totale", "Total cost", ("Vuoto: non noto", "Empty: not known")),
        Column("cost_is_estimate", BOOLEAN, ("Importo stimato", "Estimated amount"), is_required=True),
        text("cost_note", "Nota sui costi", "Note on costs"),
        money("running_cost_per_year", "Costo annuo di gestione", "Yearly running cost"),
        money("savings_per_year", "Risparmio annuo", "Yearly savings"),
        text(
            "financing_instrument",
            "Strumento finanziario",
            "Financing instrument",
            choices=Instrument.choices,
        ),
        text("solution", "Soluzione", "Solution"),
        text("components", "Componenti", "Components"),
        text("standards", "Standard", "Standards"),
        text("open_apis", "API aperte", "Open APIs"),
        text("data_produced", "Dati prodotti", "Data produced"),
        text("data_licence", "Licenza dei dati", "Licence of the data"),
        listed("platforms", "Piattaforme abilitanti", "Enabling platforms"),
        text("repository_url", "Codice sorgente", "Source code"),
        listed("cup_codes", "CUP", "CUP codes"),
        text("beneficiaries", "Beneficiari", "Beneficiaries"),
        text("what_worked", "Che cosa ha funzionato", "What worked"),
        text("what_did_not", "Che cosa non ha funzionato", "What did not work"),
        text("risks", "Rischi", "Risks"),
        text("success_conditions", "Che cosa serve per replicarlo", "Conditions for success"),
        text("would_do_differently", "Che cosa faremmo in modo diverso", "What we would do differently"),
        text("participation", "Partecipazione dei cittadini", "Participation of citizens"),
        listed("sources", "Fonti", "Sources", ("Indirizzi", "Addresses"), each_of("sources", "url")),
        text("origin", "Origine", "Origin", choices=Origin.choices, is_required=True),
    ),
    key=("code",),
    parents=(("municipality_code", "cities", "code"), ("primary_area", "areas", "key")),
    has_points=True,
)
