"""The words of invented projects: Italian-like stems by Zipf's law, and one long text made of them.

Every paragraph is a piece of that text, so that how it is written, folded and indexed is known before.
"""

from array import array
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from cardindex.words import indexable, tokens

VOCABULARY, STREAM = 28_000, 600_000


def words(text: str) -> list[str]:
    return text.split()


COMMON = words("""
    progetto servizio città cittadini comune rete mobilità sostenibile energia illuminazione
    pubblica digitale piattaforma dati sensori monitoraggio qualità aria acqua verde urbano scuola
    edifici efficienza trasporto ciclabile parcheggi ricarica elettrica rifiuti raccolta
    differenziata turismo cultura anziani inclusione partecipazione imprese innovazione
    sperimentazione territorio pianificazione sicurezza videosorveglianza sportello telematico
    pagamenti identità cloud migrazione formazione competenze quartiere rigenerazione
""")
SMALL = words("""
    di e la il per del della in con dei le un a che dell’
""")
ACTIONS = (
    "Realizzazione di",
    "Sviluppo di",
    "Rete di",
    "Piano per",
    "Sistema di",
    "Piattaforma per",
    "Riqualificazione di",
    "Abilitazione di",
    "Servizio di",
    "Laboratorio per",
    "Monitoraggio di",
    "Migrazione di",
)
TECHNOLOGIES = words("""
    iot led sensori cloud gis app open data intelligenza artificiale fotovoltaico lorawan 5g
    blockchain telecontrollo digital twin bim smart grid videoanalisi rfid chatbot realtà aumentata
    droni accumulo pompe di calore
""")
STARTS = words("""
    ba be bi bo ca ce chi co cu da de di do fa fe fi fo ga ge gi go la le li lo ma me mi mo na ne no
    pa pe pi po
""")
MIDDLES = words("""
    ra re ri ro sta ste sti sto la le li lo ma me mi mo nta nte nti nto rda rdi rna rne ca co da do
    va ve vi
""")
ENDS = words("""
    re ne to te na ta zione mento ale ile oso ica ità ivo ario enza
""")


class Piece(NamedTuple):
    """So many words of the text from the one at `start`."""

    start: int
    length: int


@dataclass(frozen=True)
class Stream:
    """A long text drawn once, and where each of its words begins in each of its forms."""

    written: str
    folded: str
    # Folded words under which a card is found: the small ones are not among them.
    content: list[str]
    written_at: array
    folded_at: array
    content_at: array

    def text(self, piece: Piece) -> str:
        start, length = piece
        return self.written[self.written_at[start] : self.written_at[start + length] - 1]

    def paragraph(self, piece: Piece) -> str:
        """A piece as a sentence."""
        text = self.text(piece)
        return f"{text[0].upper()}{text[1:]}."

    def fold(self, piece: Piece) -> str:
        """The tokens of a piece, with a blank between them."""
        start, length = piece
        return self.folded[self.folded_at[start] : self.folded_at[start + length] - 1]

    def words(self, piece: Piece) -> list[str]:
        """The words of a piece that are indexed, some more than once."""
        start, length = piece
        return self.content[self.content_at[start] : self.content_at[start + length]]

    def within(self, piece: Piece, most: int) -> Piece:
        """As many words of a piece as fit in so many letters, the full stop included."""
        start, length = piece
        first = self.written_at[start]
        while self.written_at[start + length] - first > most:
            length -= 1
        return Piece(start, length)


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """Words and the running sums of their weights, 1/rank; the common ones of real titles come first."""
    dice, words = Random(0), dict.fromkeys(COMMON)
    while len(words) < VOCABULARY:
        middle = "".join(dice.choice(MIDDLES) for _ in range(dice.randint(1, 3)))
        words[dice.choice(STARTS) + middle + dice.choice(ENDS)] = None
    return list(words), list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))


@cache
def stream() -> Stream:
    """Drawing each word of a paragraph anew would take longer than all the rest."""
    dice, (words, sums) = Random(0), vocabulary()
    drawn = dice.choices(words, cum_weights=sums, k=STREAM)
    drawn[1::3] = dice.choices(SMALL, k=len(drawn[1::3]))
    folded = {word: " ".join(tokens(word)) for word in {*words, *SMALL}}
    indexed = {word: sorted(indexable(told.split())[0]) for word, told in folded.items()}
    return Stream(
        " ".join(drawn),
        " ".join([folded[word] for word in drawn]),
        [one for word in drawn for one in indexed[word]],
        _starts(len(word) + 1 for word in drawn),
        _starts(len(folded[word]) + 1 for word in drawn),
        _starts(len(indexed[word]) for word in drawn),
    )


def _starts(lengths) -> array:
    return array("I", accumulate(lengths, initial=0))
