"""The words of invented projects: Italian-like stems by Zipf's law, and one long text made of them.

Every paragraph is a piece of that text, so that how it is written, folded and indexed is known before.
"""

from array import array
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from cardindex.analysis import indexable, tokens

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


class Form(NamedTuple):
    """The text in one of its forms, and where each of its words begins there."""

    whole: bytes
    starts: array

    def of(self, piece: Piece) -> bytes:
        start, length = piece
        return self.whole[self.starts[start] : self.starts[start + length] - 1]


@dataclass(frozen=True)
class Stream:
    """A long text drawn once: as it is written, its folded tokens, and of these the ones that are indexed."""

    written: Form
    folded: Form
    indexed: list[str]
    indexed_starts: array

    def text(self, piece: Piece) -> str:
        return self.written.of(piece).decode()

    def paragraph(self, piece: Piece) -> bytes:
        """A piece as a sentence. Every word begins with a letter without accent."""
        text = self.written.of(piece)
        return text[:1].upper() + text[1:] + b"."

    def words(self, piece: Piece) -> list[str]:
        """The words of a piece under which a card is found, some more than once."""
        start, length = piece
        return self.indexed[self.indexed_starts[start] : self.indexed_starts[start + length]]

    def within(self, piece: Piece, most: int) -> Piece:
        """As many words of a piece as fit in so many bytes, the full stop included."""
        start, length = piece
        starts = self.written.starts
        while starts[start + length] - starts[start] > most:
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
    written = {word: word.encode() for word in {*words, *SMALL}}
    folded = {word: " ".join(tokens(word)).encode() for word in written}
    indexed = {word: sorted(indexable(tokens(word))[0]) for word in written}
    return Stream(
        _form([written[word] for word in drawn]),
        _form([folded[word] for word in drawn]),
        [one for word in drawn for one in indexed[word]],
        _starts(len(indexed[word]) for word in drawn),
    )


def _form(words: list[bytes]) -> Form:
    return Form(b" ".join(words), _starts(len(word) + 1 for word in words))


def _starts(lengths) -> array:
    return array("I", accumulate(lengths, initial=0))
