"""The tables of the open data and their columns: name, type, labels in two languages, origin.

CSV headers, workbook, Parquet schema and Table Schema all follow from here. The list is also the
allow-list: what has no column here leaves the portal in no dataset. The sheet of a project and what a column
is: cards/document/columns.py.
"""

from operator import itemgetter

from cards.document.columns import PROJECTS
from cards.vocabulary.areas import AREA_CHOICES
from cards.vocabulary.lists import DocumentType, FundingSource, Stage
from lib.tables.schema import (
    BOOLEAN,
    DAY,
    INTEGER,
    NUMBER,
    Column,
    Table,
    coded,
    counted,
    dated,
    degrees,
    money,
    text,
)
from reuse.transitions import PUBLIC, AdoptionState

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

PROJECT_CODE = coded("project_code", "Codice del progetto", "Project code", is_required=True)

CITIES = Table(
    "cities",
    ("Schede delle città", "City sheets"),
    (
        "Una riga per Comune in vigore, con i totali dei suoi progetti.",
        "One row a municipality in force, with the totals of its projects.",
    ),
    (
        coded(
            "code",
            "Codice catastale",
            "Cadastral code",
            ("Belfiore, stabile", "Belfiore, stable"),
            is_required=True,
        ),
        coded("istat_code", "Codice ISTAT", "ISTAT code"),
        text("name", "Nome", "Name", is_required=True),
        text("name_other", "Nome in altra lingua", "Name in another language"),
        coded("province_code", "Provincia", "Province", ("Sigla", "Letters")),
        coded("region_code", "Regione", "Region", ("Codice ISTAT", "ISTAT code")),
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
        degrees("latitude", "Latitudine", "Latitude"),
        degrees("longitude", "Longitudine", "Longitude"),
        coded("ipa_code", "Codice IPA", "IPA code"),
        text("website", "Sito", "Web site"),
        Column("valid_from", DAY, ("Istituito il", "In force from")),
        counted("projects", "Progetti", "Projects"),
        counted("projects_led", "Progetti da capofila", "Projects led"),
        counted("projects_own", "Progetti del Comune", "The municipality’s own projects"),
        counted("projects_own_with_cost", "Di questi dicono il costo", "Of these, with a known cost"),
        money("total_cost_own", "Costo dei progetti del Comune", "Cost of the municipality’s own projects"),
        *(counted(f"area_{key}", f"Progetti: {key}", f"Projects: {key}") for key, _name in AREA_CHOICES),
        *(counted(f"stage_{key}", f"Progetti: {key}", f"Projects: {key}") for key in Stage.values),
    ),
    key=("code",),
    has_points=True,
)

AREAS = Table(
    "areas",
    ("Aree", "Areas"),
    ("Le otto aree, con i totali per area principale.", "The eight areas, with totals by primary area."),
    (
        coded("key", "Chiave", "Key", is_required=True),
        text("slug", "Nome nell’indirizzo", "Name in the address", is_required=True),
        text("name", "Nome", "Name", is_required=True),
        text("name_en", "Nome in inglese", "Name in English", is_required=True),
        counted("projects", "Progetti", "Projects"),
        counted("projects_with_cost", "Di questi dicono il costo", "Of these, with a known cost"),
        money(
            "total_cost",
            "Somma dei costi noti",
            "Sum of the known costs",
            ("Un programma e le sue parti contano una volta", "A programme and its parts count once"),
        ),
    ),
    key=("key",),
)

REPLICABILITY = Table(
    "replicability",
    ("Replicabilità", "Replicability"),
    ("Una riga per valutazione. Voti da 1 a 5.", "One row an assessment. Ratings from 1 to 5."),
    (
        PROJECT_CODE,
        text("rater", "Chi valuta", "Rater", is_required=True),
        Column("assessed_on", DAY, ("Data", "Date")),
        Column("score", NUMBER, ("Punteggio R", "Score R"), ("Da 0 a 100", "From 0 to 100"), places=1),
        Column("ratings_mean", NUMBER, ("Media dei voti", "Mean of the ratings"), places=4),
        Column("kit_completeness", NUMBER, ("Completezza del kit", "Completeness of the kit"), places=4),
        counted("adoptions", "Riusi", "Adoptions"),
        counted("adoptions_under_way", "Riusi in corso", "Adoptions under way"),
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
        text("source", "Fonte", "Source", choices=FundingSource.choices, is_required=True),
        text("programme", "Fondo o programma", "Programme"),
        money("amount", "Importo", "Amount", ("Vuoto: non noto", "Empty: not known")),
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
        text("type", "Tipo", "Type", choices=DocumentType.choices, is_required=True),
        text("title", "Titolo", "Title", is_required=True),
        text("url", "Collegamento", "Link"),
        text("media_type", "Formato", "Media type"),
        Column("size", INTEGER, ("Byte", "Bytes")),
        coded("sha256", "Impronta SHA-256", "SHA-256 digest"),
        dated("date", "Data", "Date"),
        text("licence", "Licenza", "Licence"),
        text("credit", "Autore", "Credit"),
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
        text("adopter", "Ente riusante", "Adopting body", is_required=True),
        coded("adopter_code", "Codice catastale del Comune riusante", "Cadastral code of the adopting town"),
        text("giver", "Ente cedente", "Giving body", is_required=True),
        text(
            "step",
            "Passo",
            "Step",
            choices=[choice for choice in AdoptionState.choices if choice[0] in PUBLIC],
            is_required=True,
        ),
        Column("is_demonstration", BOOLEAN, ("Dimostrativo", "Demonstration"), is_required=True),
    ),
    key=("project_code", "adoption_id"),
    parents=(("project_code", "projects", "code"),),
)

TABLES = (PROJECTS, CITIES, AREAS, REPLICABILITY, ADOPTIONS, FUNDING, DOCUMENTS)
