"""What a technology asks of the city that takes it: nothing special, devices, or an infrastructure.

Tags are free words: the first stem that a folded tag holds decides. A tag nobody foresaw is left out.
"""

from collections.abc import Iterable

from lib.text import fold

SOFTWARE, DEVICES, INFRASTRUCTURE = 1, 2, 3
STEMS = {
    INFRASTRUCTURE: (
        "5g",
        "guida autonoma",
        "veicoli connessi",
        "maas",
        "mobilita come servizio",
        "mobilita aerea",
        "smart road",
        "bigliettazione",
        "teleriscaldamento",
        "smart grid",
        "citta di prova",
        "tecnologie emergenti",
        "industria 4",
        "sala di controllo",
        "gemello digitale",
        "digital twin",
        "bike sharing",
        "parcheggio",
        "robot",
    ),
    DEVICES: (
        "sensor",
        "iot",
        "internet delle cose",
        "led",
        "lampion",
        "pali",
        "telecontrollo",
        "semafor",
        "videocamer",
        "videosorveglianza",
        "targhe",
        "fotovoltaic",
        "accumulo",
        "comunita energetica",
        "illuminazione",
        "riqualificazione energetica",
        "monitoraggio",
        "qualita dell aria",
        "qualita dellaria",
        "wifi",
        "fibra",
        "droni",
        "rfid",
        "pannelli",
        "ricarica",
        "mobilita elettrica",
        "mezzi elettrici",
        "bici",
        "ciclovie",
        "irrigazione",
        "lorawan",
        "pompe di calore",
        "hardware",
    ),
    SOFTWARE: (
        "app",
        "portale",
        "online",
        "open data",
        "open source",
        "piattaforma",
        "cloud",
        "gis",
        "georefer",
        "cruscott",
        "simulazione",
        "modello 3d",
        "dati",
        "analisi",
        "pagament",
        "fiware",
        "riuso",
        "standard",
        "partecipata",
        "chatbot",
        "intelligenza artificiale",
        "blockchain",
        "bim",
        "carpooling",
        "acquisti",
        "laboratorio urbano",
        "verde",
        "tracciabilita",
    ),
}


def demand_of(tag: str) -> int | None:
    """What one tag asks for, None when its words are not in the list."""
    words = f" {fold(tag)}"
    found = (level for level, stems in STEMS.items() if any(f" {stem}" in words for stem in stems))
    return next(found, None)


def demand(tags: Iterable[str]) -> int | None:
    """The most that any of the tags asks for; None when nothing is known."""
    return max((level for tag in tags if (level := demand_of(tag))), default=None)
