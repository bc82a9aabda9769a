"""Why a project fits a municipality or does not, and what to ask, in the reader's language. Pure."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.vocabulary.lists import FundingSource, Stage
from municipalities.similar import Profile, grouped
from suitability.prerequisites import DEVICES, SOFTWARE
from suitability.score import DIMENSIONS, Fit, ProjectProfile, ReaderProfile, cost_share

NAMES = {
    "institutional": gettext_lazy("Istituzionale"),
    "technological": gettext_lazy("Tecnologica"),
    "economic": gettext_lazy("Economica"),
    "sociocultural": gettext_lazy("Socioculturale"),
    "environmental": gettext_lazy("Ambientale"),
}
HINTS = {
    "institutional": gettext_lazy("Chi lo guida, quanto è grande l’ente, con quali regole"),
    "technological": gettext_lazy("Che cosa chiede la tecnologia, quanto è già provata"),
    "economic": gettext_lazy("Quanto pesa su ogni abitante, con quali fondi"),
    "sociocultural": gettext_lazy("Quante persone, come abitano"),
    "environmental": gettext_lazy("Montagna, collina o pianura, altitudine, densità"),
}
URBANISATION = {
    1: gettext_lazy("zona densamente popolata"),
    2: gettext_lazy("piccola città o sobborgo"),
    3: gettext_lazy("zona rurale"),
}
ZONES = {
    1: gettext_lazy("montagna interna"),
    2: gettext_lazy("montagna litoranea"),
    3: gettext_lazy("collina interna"),
    4: gettext_lazy("collina litoranea"),
    5: gettext_lazy("pianura"),
}
BODIES = {
    "municipality": gettext_lazy("lo guida un Comune, come il tuo"),
    "union": gettext_lazy("lo guida un’unione di Comuni: la tua può fare lo stesso"),
    "in_house": gettext_lazy("lo guida una società in house: ne serve una, o un affidamento"),
    "public_body": gettext_lazy(
        "lo guida un altro ente pubblico: il Comune vi prende parte, non decide da solo"
    ),
    "observatory": gettext_lazy(
        "lo guida un altro ente pubblico: il Comune vi prende parte, non decide da solo"
    ),
    "company": gettext_lazy("lo guida un’impresa: serve un accordo o una gara"),
    "university": gettext_lazy("lo guida un’università: serve un accordo con chi fa ricerca"),
    "research": gettext_lazy("lo guida un centro di ricerca: serve un accordo con chi fa ricerca"),
    "association": gettext_lazy("lo guida un’associazione: serve chi lo porti avanti da voi"),
}
QUESTIONS = {
    "body": gettext_lazy("Quale ente guida il progetto?"),
    "size": gettext_lazy("Quante persone ci lavorano, e in quale ufficio?"),
    "region": gettext_lazy("Quali regole regionali ha seguito?"),
    "demand": gettext_lazy("Quale tecnologia serve, e che cosa deve esserci già?"),
    "stage": gettext_lazy("A che punto è: c’è qualcosa da vedere in funzione?"),
    "burden": gettext_lazy("Quanto è costato in tutto, e quanto costa ogni anno?"),
    "funds": gettext_lazy("Con quali fondi è stato pagato? Sono ancora aperti?"),
    "population": gettext_lazy("Quante persone lo usano?"),
    "urbanisation": gettext_lazy("In quali quartieri o frazioni funziona meglio?"),
    "relief": gettext_lazy("Il rilievo e il clima contano?"),
    "altitude": gettext_lazy("A che quota è stato provato?"),
    "density": gettext_lazy("Funziona anche dove le case sono più rade o più fitte?"),
}


@dataclass(frozen=True)
class Dimension:
    """One dimension as a page shows it; `value` from 0 to 1, None when unknown."""

    key: str
    value: float | None
    reasons: list[str]
    questions: list[str]

    @property
    def name(self):
        return NAMES[self.key]

    @property
    def hint(self):
        return HINTS[self.key]

    @property
    def percent(self) -> int | None:
        return None if self.value is None else round(100 * self.value)


def dimensions(found: Fit, project: ProjectProfile, reader: ReaderProfile) -> list[Dimension]:
    """The five dimensions with a reason for each known part and a question for each unknown one."""
    return [
        Dimension(
            key,
            found.values[key],
            [
                words
                for part, value in found.parts[key].items()
                if value is not None
                if (words := REASONS[part](value, project, reader, found.model))
            ],
            [
                str(QUESTIONS[part])
                for part, value in found.parts[key].items()
                if value is None and part in QUESTIONS
            ],
        )
        for key in DIMENSIONS
    ]


def _body(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    return str(BODIES[project.body])


def _size(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    mine, theirs = reader.sheet.population, model.population
    if value == 1:
        return _("il tuo ente e quello di %(name)s sono della stessa taglia") % {"name": model.name}
    if mine < theirs:
        return _("il tuo ente è più piccolo di quello di %(name)s: meno uffici e meno specialisti") % {
            "name": model.name
        }
    return _("il tuo ente è più grande di quello di %(name)s: più uffici da mettere d’accordo") % {
        "name": model.name
    }


def _region(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    if value < 1:
        return _("%(name)s è in un’altra regione: leggi e fondi regionali possono cambiare") % {
            "name": model.name
        }
    if reader.sheet.province == model.province:
        return _("%(name)s è nella tua stessa provincia: puoi andare a vedere") % {"name": model.name}
    return _("%(name)s è nella tua regione: valgono le stesse regole") % {"name": model.name}


def _agreement(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    return _("è sovracomunale: serve un accordo con altri enti")


def _demand(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    place = URBANISATION[reader.sheet.urbanisation]
    if project.demand == SOFTWARE:
        return _("usa soprattutto software: basta quello che ogni Comune ha")
    if project.demand == DEVICES:
        return _("usa apparati da installare e mantenere; il tuo Comune è %(place)s") % {"place": place}
    return _("usa un’infrastruttura che di solito hanno le città; il tuo Comune è %(place)s") % {
        "place": place
    }


def _stage(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    label = Stage(project.stage).label
    if value == 1:
        return _("stato «%(stage)s»: c’è qualcosa da vedere in funzione") % {"stage": label}
    if project.stage in ("suspended", "abandoned"):
        return _("stato «%(stage)s»: chiedi che cosa è andato storto") % {"stage": label}
    if project.stage == "running":
        return _("stato «%(stage)s»: si può seguire mentre si fa") % {"stage": label}
    return _("stato «%(stage)s»: non c’è ancora niente da provare") % {"stage": label}


def _burden(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    theirs = project.cost / model.population
    mine = cost_share(project.cost, reader.sheet.population, model.population)
    return _("a %(name)s è costato %(theirs)s € per abitante; da te sarebbero circa %(mine)s €") % {
        "name": model.name,
        "theirs": _figure(theirs),
        "mine": _figure(mine),
    }


def _habit(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    ratio = cost_share(project.cost, reader.sheet.population, model.population) / reader.own_cost
    if ratio >= 1:
        return _("costo per abitante %(times)s volte quello dei tuoi progetti") % {"times": _figure(ratio)}
    return _("costo per abitante più basso di quello dei tuoi progetti (%(own)s €)") % {
        "own": _figure(reader.own_cost)
    }


def _funds(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    sources = ", ".join(str(FundingSource(fund).label) for fund in sorted(project.funds))
    if value >= 0.8:
        return _("fondi di solito aperti anche ad altri Comuni: %(sources)s") % {"sources": sources}
    return _("fondi da cercare altrove: lì hanno pagato %(sources)s") % {"sources": sources}


def _population(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    return _("popolazione %(mine)s: il progetto è nato in un Comune di %(theirs)s (%(name)s)") % {
        "mine": grouped(reader.sheet.population),
        "theirs": grouped(model.population),
        "name": model.name,
    }


def _urbanisation(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    mine, theirs = URBANISATION[reader.sheet.urbanisation], URBANISATION[model.urbanisation]
    if value == 1:
        return _("si abita allo stesso modo: %(place)s") % {"place": mine}
    return _("si abita diversamente: %(mine)s, là %(theirs)s") % {"mine": mine, "theirs": theirs}


def _relief(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    mine, theirs = ZONES[reader.sheet.altitude_zone], ZONES[model.altitude_zone]
    if reader.sheet.altitude_zone == model.altitude_zone:
        return _("stesso territorio: %(zone)s") % {"zone": mine}
    return _("territorio diverso: %(mine)s, là %(theirs)s") % {"mine": mine, "theirs": theirs}


def _altitude(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    return _("altitudine %(mine)s m, là %(theirs)s m") % {
        "mine": grouped(reader.sheet.altitude_m),
        "theirs": grouped(model.altitude_m),
    }


def _density(value: float, project: ProjectProfile, reader: ReaderProfile, model: Profile) -> str:
    return _("densità %(mine)s abitanti per km², là %(theirs)s") % {
        "mine": grouped(round(reader.sheet.density)),
        "theirs": grouped(round(model.density)),
    }


def _figure(value: float) -> str:
    """One decimal under ten, none above, and never a zero that hides a small number."""
    if value < 0.1:
        return _("meno di %(least)s") % {"least": number_format(0.1, 1)}
    return number_format(round(value, 1), 1) if value < 10 else grouped(round(value))


REASONS = {
    "body": _body,
    "size": _size,
    "region": _region,
    "agreement": _agreement,
    "demand": _demand,
    "stage": _stage,
    "burden": _burden,
    "habit": _habit,
    "funds": _funds,
    "population": _population,
    "urbanisation": _urbanisation,
    "relief": _relief,
    "altitude": _altitude,
    "density": _density,
}
