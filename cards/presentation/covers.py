"""The drawing that stands for a card without a photograph: one of three of its area.

The technologies and the title choose it; where no word matches, the card's code does, always alike.
"""

from collections.abc import Mapping

from cardindex.analysis import tokens
from cardindex.terms import stem
from cards.vocabulary.areas import AREA_BY_KEY

# By slug of the area: `(file in static/img/covers, words)`.
MOTIFS = {
    "ambiente": (
        ("alberi", "verde alberi parchi orti irrigazione giardini agricola"),
        ("aria", "aria polveri sensori rumore clima emissioni"),
        ("acqua", "acqua idrico rifiuti fiumi mare"),
    ),
    "energia": (
        ("lampioni", "led lampioni luce illuminazione semafori"),
        ("tetti", "fotovoltaico solare comunità rinnovabile"),
        ("edificio", "edifici scuole consumi accumulo efficienza condomini"),
    ),
    "economia": (
        ("officina", "imprese laboratori tecnologie emergenti startup"),
        ("mercato", "commercio cibo prodotti locali mercato turismo"),
        ("drone", "droni prove robot"),
    ),
    "persone": (
        ("piazza", "cittadini quartieri comunità sociale"),
        ("scuola", "scuole bambini competenze formazione studenti"),
        ("dialogo", "partecipazione ascolto comunicazione"),
    ),
    "mobilita": (
        ("tram", "trasporto pubblico biglietti maas autobus tram"),
        ("bici", "bici biciclette ciclabili monopattini sharing"),
        ("strada", "strade auto parcheggi guida autonoma navetta"),
    ),
    "qualita-della-vita": (
        ("case", "casa salute quartieri abitare"),
        ("portici", "cultura turismo spazi pubblici musei"),
        ("borgo", "borghi montagna frazioni"),
    ),
    "governo": (
        ("palazzo", "regole accordi protocolli"),
        ("sportello", "servizi digitali app identità pagamenti sportello"),
        ("rete", "reti piattaforme dati 5g sensori open"),
    ),
    "pianificazione": (
        ("gemello", "gemelli digitali modelli digital twin"),
        ("strati", "mappe dati territorio"),
        ("quartiere", "piani quartieri masterplan rigenerazione"),
    ),
}
STEMS = {
    slug: [(name, {stem(word) for word in tokens(words)}) for name, words in motifs]
    for slug, motifs in MOTIFS.items()
}


def cover_of(card: Mapping) -> str:
    """The drawing of a document or list item, such as `energia-lampioni`; empty without an area."""
    area = AREA_BY_KEY.get(card["primary_area"])
    if area is None:
        return ""
    words = [stem(word) for text in (*card["technologies"], card["title"] or "") for word in tokens(text)]
    motifs = STEMS[area.slug]
    matches = [sum(word in known for word in words) for _name, known in motifs]
    best = max(matches)
    number = matches.index(best) if best else int("0" + (card["code"] or "")[-4:].strip("-")) % len(motifs)
    return f"{area.slug}-{motifs[number][0]}"
