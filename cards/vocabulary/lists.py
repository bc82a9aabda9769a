"""Closed lists: the choices of forms, the values of files and API."""

from collections.abc import Mapping
from functools import cache

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def labels(choices: type[models.TextChoices]) -> Mapping[str, str]:
    """`{value: label}` in the reader's language, cached: `choices` is computed at each access."""
    return _labels(choices, get_language())


@cache
def _labels(choices: type[models.TextChoices], _language: str | None) -> Mapping[str, str]:
    return {value: str(label) for value, label in choices.choices}


class Kind(models.TextChoices):
    PROJECT = "project", _("Progetto")
    IDEA = "idea", _("Idea")
    TEST = "test", _("Sperimentazione")
    PROGRAMME = "programme", _("Programma")


class Scale(models.TextChoices):
    BUILDING = "building", _("Edificio")
    DISTRICT = "district", _("Quartiere")
    CITY = "city", _("Città")
    SUPRA_MUNICIPAL = "supra_municipal", _("Sovracomunale")


class Stage(models.TextChoices):
    IDEA = "idea", _("Idea")
    PLANNED = "planned", _("Pianificato")
    FUNDED = "funded", _("Finanziato")
    PROCUREMENT = "procurement", _("In gara")
    RUNNING = "running", _("In corso")
    IN_SERVICE = "in_service", _("Attivo")
    COMPLETED = "completed", _("Concluso")
    SUSPENDED = "suspended", _("Sospeso")
    ABANDONED = "abandoned", _("Abbandonato")


class FundingSource(models.TextChoices):
    EU = "eu", _("Unione europea")
    STATE = "state", _("Stato")
    REGION = "region", _("Regione")
    PROVINCE = "province", _("Provincia o Città metropolitana")
    MUNICIPALITY = "municipality", _("Comune")
    PRIVATE = "private", _("Privati")
    OTHER = "other", _("Altro")


class Instrument(models.TextChoices):
    GRANT = "grant", _("Contributo a fondo perduto")
    LOAN = "loan", _("Prestito")
    PPP = "ppp", _("Partenariato pubblico-privato")
    EPC = "epc", _("Contratto di rendimento energetico")
    IN_HOUSE = "in_house", _("Risorse proprie")
    SPONSORSHIP = "sponsorship", _("Sponsorizzazione")


class PartnerRole(models.TextChoices):
    FUNDER = "funder", _("Finanziatore")
    IMPLEMENTER = "implementer", _("Attuatore")
    SUPPLIER = "supplier", _("Fornitore")
    RESEARCH = "research", _("Partner scientifico")
    COMPANY_IN_CHARGE = "company_in_charge", _("Società incaricata")
    USER_ASSOCIATION = "user_association", _("Associazione di utenti")
    REPLICATING_BODY = "replicating_body", _("Ente riusante")


class TargetGroup(models.TextChoices):
    CITIZENS = "citizens", _("Cittadini")
    FIRMS = "firms", _("Imprese")
    SCHOOLS = "schools", _("Scuole")
    VISITORS = "visitors", _("Visitatori")
    STAFF = "staff", _("Personale dell’ente")


class Platform(models.TextChoices):
    SPID = "spid", "SPID"
    CIE = "cie", "CIE"
    PAGOPA = "pagopa", "pagoPA"
    IO = "io", "App IO"
    ANPR = "anpr", "ANPR"
    PDND = "pdnd", "PDND"


class IdentifierScheme(models.TextChoices):
    CUP = "cup", "CUP"
    CIG = "cig", "CIG"
    OPENCOESIONE = "opencoesione", "OpenCoesione"
    CORDIS = "cordis", "CORDIS"
    OTHER = "other", _("Altro")


class DocumentType(models.TextChoices):
    SPECIFICATION = "specification", _("Capitolato o specifica")
    MANUAL = "manual", _("Manuale")
    CATALOGUE = "catalogue", _("Catalogo")
    FAQ = "faq", _("Domande frequenti")
    GUIDELINE = "guideline", _("Linee guida")
    RESOLUTION = "resolution", _("Delibera")
    CONTRACT = "contract", _("Contratto")
    CALL = "call", _("Bando")
    BUDGET = "budget", _("Bilancio di progetto")
    FINANCIAL_PLAN = "financial_plan", _("Piano finanziario")
    FINANCING_SCHEME = "financing_scheme", _("Schema di finanziamento")
    FEASIBILITY = "feasibility", _("Analisi di fattibilità")
    PARTNERSHIP = "partnership", _("Accordo di partenariato")
    STAKEHOLDER_PLAN = "stakeholder_plan", _("Piano dei portatori di interesse")
    EVALUATION = "evaluation", _("Valutazione")
    IMAGE = "image", _("Immagine")


class IndicatorKind(models.TextChoices):
    """What an indicator measures, as the logical framework of evaluations tells them apart."""

    INPUT = "input", _("Risorsa impiegata")
    OUTPUT = "output", _("Cosa realizzata")
    RESULT = "result", _("Cambiamento ottenuto")


class CostLine(models.TextChoices):
    """The 12 lines of AgID's comparative evaluation of software (valutazione comparativa, TCO)."""

    INTEGRATION = "integration", _("Integrazione")
    HARDWARE = "hardware", _("Apparati")
    DESIGN = "design", _("Progettazione")
    INSTALLATION = "installation", _("Installazione")
    CONFIGURATION = "configuration", _("Configurazione")
    DATA_MIGRATION = "data_migration", _("Migrazione dei dati")
    TRAINING = "training", _("Formazione")
    LICENCES = "licences", _("Licenze")
    SUPPORT = "support", _("Assistenza")
    MAINTENANCE = "maintenance", _("Manutenzione")
    HOSTING = "hosting", _("Hosting")
    ENERGY = "energy", _("Energia")


class CostDriver(models.TextChoices):
    FIXED = "fixed", _("Fisso")
    INHABITANTS = "inhabitants", _("Per abitante")
    UNITS = "units", _("Per unità")


class Origin(models.TextChoices):
    ENTERED = "entered", _("Inserito dall’ente")
    SAMPLE = "sample", _("Esempio da fonti pubbliche")
    IMPORTED = "imported", _("Importato")
    HARVESTED = "harvested", _("Da un altro osservatorio")


SDG_CHOICES = [
    (1, _("1 Sconfiggere la povertà")),
    (2, _("2 Sconfiggere la fame")),
    (3, _("3 Salute e benessere")),
    (4, _("4 Istruzione di qualità")),
    (5, _("5 Parità di genere")),
    (6, _("6 Acqua pulita e servizi igienico-sanitari")),
    (7, _("7 Energia pulita e accessibile")),
    (8, _("8 Lavoro dignitoso e crescita economica")),
    (9, _("9 Imprese, innovazione e infrastrutture")),
    (10, _("10 Ridurre le disuguaglianze")),
    (11, _("11 Città e comunità sostenibili")),
    (12, _("12 Consumo e produzione responsabili")),
    (13, _("13 Lotta contro il cambiamento climatico")),
    (14, _("14 Vita sott’acqua")),
    (15, _("15 Vita sulla terra")),
    (16, _("16 Pace, giustizia e istituzioni solide")),
    (17, _("17 Partnership per gli obiettivi")),
]
