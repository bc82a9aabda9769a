"""The tables of the open data and their columns, declared once: name, type, words in two languages, origin.

CSV headers, workbook, Parquet schema and Table Schema all follow from here. The list is also the
allow-list: what has no column here leaves the portal in no dataset. Office e-mails have none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import itemgetter

from django.utils.translation import override

from projects.adoption.moves import PUBLIC, Step
from projects.areas import AREA_CHOICES
from projects.vocabulary import (
    DocumentType,
    FundingSource,
    Instrument,
    Kind,
    Origin,
    Scale,
    Stage,
)

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
RATINGS = (
    ("social_compatibility", "Compatibilità sociale", "Social compatibility"),
    ("technical_compatibility", "Compatibilità tecnica", "Technical compatibility"),
    ("ease_of_use_end_users", "Facilità d’uso per gli utenti", "Ease of use for end users"),
    ("ease_of_use_staff", "Facilità d’uso per il personale", "Ease of use for staff"),
    ("trialability", "Possibilità di prova", "Trialability"),
    ("advantages_end_users", "Vantaggi per gli utenti", "Advantages for end users"),
    ("advantages_stakeholders", "Vantaggi per i portatori di interesse", "Advantages for stakeholders"),
    ("visibility_of_results", "Visibilità dei risultati", "Visibility of results"),
    ("answer_to_issue", "Risposta a un problema di sviluppo", "Answer to a development issue"),
    ("market_demand", "Domanda di mercato", "Market demand"),
)


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
        return [column.value(row) for column in self.columns]

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


def _code(name: str, italian: str, english: str, about=("", ""), get=None, **options) -> Column:
    return Column(name, TEXT, (italian, english), about, get, **options)


def _money(name: str, italian: str, english: str, about=("", ""), get=None) -> Column:
    return Column(name, NUMBER, (f"{italian} (€)", f"{english} (€)"), about, get, places=MONEY_PLACES)


def _date(name: str, italian: str, english: str) -> Column:
    about = ("ISO 8601: anno, anno-mese o giorno, come è noto", "ISO 8601: year, year-month or day, as known")
    return Column(name, PARTIAL_DATE, (italian, english), about)


def _degrees(name: str, italian: str, english: str) -> Column:
    return Column(name, NUMBER, (italian, english), ("WGS84, gradi", "WGS84, degrees"), places=DEGREE_PLACES)


def _list(name: str, italian: str, english: str, about=("", ""), get=None, choices=()) -> Column:
    return Column(name, LIST, (italian, english), about, get, choices)


def _text(name: str, italian: str, english: str, get=None, choices=(), is_required=False) -> Column:
    return Column(name, TEXT, (italian, english), ("", ""), get, choices, 0, is_required)


def _count(name: str, italian: str, english: str) -> Column:
    return Column(name, INTEGER, (italian, english), is_required=True)


def _of(part: str, key: str) -> Callable:
    """The value under `key` of a part of the row that may be missing."""
    return lambda row: (row[part] or {}).get(key)


def _each(part: str, key: str) -> Callable:
    return lambda row: [item[key] for item in row[part]]


PROJECT_CODE = _code("project_code", "Codice del progetto", "Project code", is_required=True)

PROJECTS = Table(
    "projects",
    ("Schede dei progetti", "Project sheets"),
    ("Una riga per progetto: la scheda pubblica in vigore.", "One row a project: the public card in force."),
    (
        _code("code", "Codice", "Code", ("Stabile", "Stable"), is_required=True),
        _text("slug", "Nome nell’indirizzo", "Name in the address", is_required=True),
        Column("edition", INTEGER, ("Edizione", "Edition"), is_required=True),
        Column("published_at", MOMENT, ("Pubblicata il", "Published at"), ("UTC", "UTC"), is_required=True),
        _text("title", "Titolo", "Title", is_required=True),
        _text("acronym", "Acronimo", "Acronym"),
        _text("summary", "Sintesi", "Summary"),
        _text("description", "Descrizione", "Description"),
        _text("title_en", "Titolo in inglese", "Title in English"),
        _text("summary_en", "Sintesi in inglese", "Summary in English"),
        _text("kind", "Tipo", "Kind", choices=Kind.choices),
        _text("website", "Sito web", "Web site"),
        _code(
            "municipality_code",
            "Comune capofila",
            "Lead municipality",
            ("Codice catastale (Belfiore)", "Cadastral (Belfiore) code"),
            _of("municipality", "code"),
        ),
        _code(
            "municipality_istat_code",
            "Codice ISTAT del Comune capofila",
            "ISTAT code of the lead municipality",
            get=_of("municipality", "istat_code"),
        ),
        _text(
            "municipality_name",
            "Nome del Comune capofila",
            "Name of the lead municipality",
            _of("municipality", "name"),
        ),
        _code(
            "province_code",
            "Provincia",
            "Province",
            ("Sigla", "Letters"),
            _of("municipality", "province_code"),
        ),
        _code(
            "region_code",
            "Regione",
            "Region",
            ("Codice ISTAT", "ISTAT code"),
            _of("municipality", "region_code"),
        ),
        _list(
            "other_municipalities",
            "Altri Comuni",
            "Other municipalities",
            ("Codici catastali", "Cadastral codes"),
        ),
        _text("place_name", "Luogo", "Place"),
        _text("scale", "Scala", "Scale", choices=Scale.choices),
        _degrees("latitude", "Latitudine", "Latitude"),
        _degrees("longitude", "Longitudine", "Longitude"),
        _text("primary_area", "Area principale", "Primary area", choices=AREA_CHOICES),
        _list("other_areas", "Altre aree", "Other areas", choices=AREA_CHOICES),
        _list("target_groups", "Destinatari", "Target groups"),
        _list("technologies", "Tecnologie", "Technologies"),
        _list(
            "sdgs",
            "Obiettivi di sviluppo sostenibile",
            "Sustainable development goals",
            ("Numeri", "Numbers"),
        ),
        _text("need", "Problema", "Need"),
        _text("objectives", "Obiettivi", "Objectives"),
        _text("starting_situation", "Situazione di partenza", "Starting situation"),
        _text("policy", "Piano o politica di riferimento", "Policy or plan"),
        _text("stage", "Stato di avanzamento", "Stage", choices=Stage.choices),
        _date("stage_as_of", "Stato riferito al", "Stage as of"),
        _text("stage_reason", "Motivo di sospensione o abbandono", "Reason of suspension or abandonment"),
        _date("start_planned", "Inizio previsto", "Planned start"),
        _date("start_actual", "Inizio effettivo", "Actual start"),
        _date("end_planned", "Fine prevista", "Planned end"),
        _date("end_actual", "Fine effettiva", "Actual end"),
        Column("year_from", INTEGER, ("Dall’anno", "From year")),
        Column("year_to", INTEGER, ("All’anno", "To year")),
        _text("promoter_name", "Ente titolare", "Promoter", _of("promoter", "name")),
        _text("promoter_kind", "Tipo di ente titolare", "Kind of promoter", _of("promoter", "kind")),
        _list("partners", "Partner", "Partners", get=_each("partners", "name")),
        _text("contact_office", "Ufficio di contatto", "Contact office"),
        _money("total_cost", "Costo totale", "Total cost", ("Vuoto: non noto", "Empty: not known")),
        Column("cost_is_estimate", BOOLEAN, ("Importo stimato", "Estimated amount"), is_required=True),
        _text("cost_note", "Nota sui costi", "Note on costs"),
        _money("running_cost_per_year", "Costo annuo di gestione", "Yearly running cost"),
        _money("savings_per_year", "Risparmio annuo", "Yearly savings"),
        _text(
            "financing_instrument",
            "Strumento finanziario",
            "Financing instrument",
            choices=Instrument.choices,
        ),
        _text("solution", "Soluzione", "Solution"),
        _text("components", "Componenti", "Components"),
        _text("standards", "Standard", "Standards"),
        _text("open_apis", "API aperte", "Open APIs"),
        _text("data_produced", "Dati prodotti", "Data produced"),
        _text("data_licence", "Licenza dei dati", "Licence of the data"),
        _list("platforms", "Piattaforme abilitanti", "Enabling platforms"),
        _text("repository_url", "Codice sorgente", "Source code"),
        _list("cup_codes", "CUP", "CUP codes"),
        _text("beneficiaries", "Beneficiari", "Beneficiaries"),
        _text("what_worked", "Che cosa ha funzionato", "What worked"),
        _text("what_did_not", "Che cosa non ha funzionato", "What did not work"),
        _text("risks", "Rischi", "Risks"),
        _text("success_conditions", "Che cosa serve per replicarlo", "Conditions for success"),
        _text("would_do_differently", "Che cosa faremmo in modo diverso", "What we would do differently"),
        _text("participation", "Partecipazione dei cittadini", "Participation of citizens"),
        _list("sources", "Fonti", "Sources", ("Indirizzi", "Addresses"), _each("sources", "url")),
        _text("origin", "Origine", "Origin", choices=Origin.choices, is_required=True),
    ),
    key=("code",),
    parents=(("municipality_code", "cities", "code"), ("primary_area", "areas", "key")),
    has_points=True,
)

CITIES = Table(
    "cities",
    ("Schede delle città", "City sheets"),
    (
        "Una riga per Comune in vigore, con i totali dei suoi progetti.",
        "One row a municipality in force, with the totals of its projects.",
    ),
    (
        _code(
            "code",
            "Codice catastale",
            "Cadastral code",
            ("Belfiore, stabile", "Belfiore, stable"),
            is_required=True,
        ),
        _code("istat_code", "Codice ISTAT", "ISTAT code"),
        _text("name", "Nome", "Name", is_required=True),
        _text("name_other", "Nome in altra lingua", "Name in another language"),
        _code("province_code", "Provincia", "Province", ("Sigla", "Letters")),
        _code("region_code", "Regione", "Region", ("Codice ISTAT", "ISTAT code")),
        Column("population", INTEGER, ("Abitanti", "Population")),
        Column("population_year", INTEGER, ("Anno degli abitanti", "Year of the population")),
        Column("area_km2", NUMBER, ("Superficie (km²)", "Area (km²)"), places=2),
        Column("altitude_m", INTEGER, ("Altitudine del centro (m)", "Altitude of the centre (m)")),
        Column(
            "altitude_zone",
            INTEGER,
            ("Zona altimetrica", "Altitude zone"),
            ("ISTAT, da 1 montagna interna a 5 pianura", "ISTAT, from 1 inner mountain to 5 plain"),
        ),
        Column(
            "urbanisation_degree",
            INTEGER,
            ("Grado di urbanizzazione", "Degree of urbanisation"),
            ("1 città, 2 piccola città o sobborgo, 3 zona rurale", "1 city, 2 town or suburb, 3 rural"),
        ),
        _degrees("latitude", "Latitudine", "Latitude"),
        _degrees("longitude", "Longitudine", "Longitude"),
        _code("ipa_code", "Codice IPA", "IPA code"),
        _text("website", "Sito", "Web site"),
        Column("valid_from", DAY, ("Istituito il", "In force from")),
        _count("projects", "Progetti", "Projects"),
        _count("projects_led", "Progetti da capofila", "Projects led"),
        _money("total_cost_led", "Costo dei progetti da capofila", "Cost of the projects led"),
        *(_count(f"area_{key}", f"Progetti: {key}", f"Projects: {key}") for key, _name in AREA_CHOICES),
        *(_count(f"stage_{key}", f"Progetti: {key}", f"Projects: {key}") for key in Stage.values),
    ),
    key=("code",),
    has_points=True,
)

AREAS = Table(
    "areas",
    ("Aree", "Areas"),
    ("Le otto aree, con i totali per area principale.", "The eight areas, with totals by primary area."),
    (
        _code("key", "Chiave", "Key", is_required=True),
        _text("slug", "Nome nell’indirizzo", "Name in the address", is_required=True),
        _text("name", "Nome", "Name", is_required=True),
        _text("name_en", "Nome in inglese", "Name in English", is_required=True),
        _count("projects", "Progetti", "Projects"),
        _money("total_cost", "Costo totale", "Total cost"),
    ),
    key=("key",),
)

REPLICABILITY = Table(
    "replicability",
    ("Replicabilità", "Replicability"),
    ("Una riga per valutazione. Voti da 1 a 5.", "One row an assessment. Ratings from 1 to 5."),
    (
        PROJECT_CODE,
        _text("rater", "Chi valuta", "Rater", is_required=True),
        Column("assessed_on", DAY, ("Data", "Date")),
        Column("score", NUMBER, ("Punteggio R", "Score R"), ("Da 0 a 100", "From 0 to 100"), places=1),
        Column("ratings_mean", NUMBER, ("Media dei voti", "Mean of the ratings"), places=4),
        Column("kit_completeness", NUMBER, ("Completezza del kit", "Completeness of the kit"), places=4),
        _count("adoptions", "Riusi", "Adoptions"),
        _count("adoptions_under_way", "Riusi in corso", "Adoptions under way"),
        *(Column(key, INTEGER, (italian, english)) for key, italian, english in RATINGS),
        Column("is_demonstration", BOOLEAN, ("Dimostrativa", "Demonstration"), is_required=True),
    ),
    key=("project_code", "rater"),
    parents=(("project_code", "projects", "code"),),
)

FUNDING = Table(
    "funding",
    ("Finanziamenti", "Funding"),
    ("Una riga per finanziamento di un progetto.", "One row a funding line of a project."),
    (
        PROJECT_CODE,
        Column("line", INTEGER, ("Riga", "Line"), is_required=True),
        _text("source", "Fonte", "Source", choices=FundingSource.choices, is_required=True),
        _text("programme", "Fondo o programma", "Programme"),
        _money("amount", "Importo", "Amount", ("Vuoto: non noto", "Empty: not known")),
    ),
    key=("project_code", "line"),
    parents=(("project_code", "projects", "code"),),
)

DOCUMENTS = Table(
    "documents",
    ("Documenti", "Documents"),
    ("Una riga per documento di un progetto.", "One row a document of a project."),
    (
        PROJECT_CODE,
        Column(
            "document_id",
            INTEGER,
            ("Numero del documento", "Number of the document"),
            get=itemgetter("id"),
            is_required=True,
        ),
        _text("type", "Tipo", "Type", choices=DocumentType.choices, is_required=True),
        _text("title", "Titolo", "Title", is_required=True),
        _text("url", "Collegamento", "Link"),
        _text("media_type", "Formato", "Media type"),
        Column("size", INTEGER, ("Byte", "Bytes")),
        _code("sha256", "Impronta SHA-256", "SHA-256 digest"),
        _date("date", "Data", "Date"),
        _text("licence", "Licenza", "Licence"),
        _text("credit", "Autore", "Credit"),
    ),
    key=("project_code", "document_id"),
    parents=(("project_code", "projects", "code"),),
)

ADOPTIONS = Table(
    "adoptions",
    ("Riusi", "Adoptions"),
    (
        "Una riga per ente che riusa un progetto, dal primo contatto in poi.",
        "One row a body that reuses a project, from the first contact on.",
    ),
    (
        PROJECT_CODE,
        Column("adoption_id", INTEGER, ("Numero del riuso", "Number of the adoption"), is_required=True),
        Column("taken_from", INTEGER, ("Riuso da cui è preso", "Adoption it was taken from")),
        _text("adopter", "Ente riusante", "Adopting body", is_required=True),
        _code("adopter_code", "Codice catastale del Comune riusante", "Cadastral code of the adopting town"),
        _text("giver", "Ente cedente", "Giving body", is_required=True),
        _text(
            "step",
            "Passo",
            "Step",
            choices=[choice for choice in Step.choices if choice[0] in PUBLIC],
            is_required=True,
        ),
        Column("is_demonstration", BOOLEAN, ("Dimostrativo", "Demonstration"), is_required=True),
    ),
    key=("project_code", "adoption_id"),
    parents=(("project_code", "projects", "code"),),
)

TABLES = (PROJECTS, CITIES, AREAS, REPLICABILITY, ADOPTIONS, FUNDING, DOCUMENTS)
