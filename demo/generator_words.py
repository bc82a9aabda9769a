"""The words of generated projects: Italian-like words by Zipf's law, and a corpus, one long text of them.

Every paragraph is a span of the corpus, so that its written, folded and indexed forms are computed once.
"""

from array import array
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from cardindex.analysis import indexable, tokens

VOCABULARY, CORPUS_WORDS = 28_000, 600_000


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


class Span(NamedTuple):
    """`length` words of the corpus from the one at `start`."""

    start: int
    length: int


class Variant(NamedTuple):
    """The corpus in one form, and the offset of each of its words."""

    whole: bytes
    starts: array

    def of(self, span: Span) -> bytes:
        start, length = span
        return self.whole[self.starts[start] : self.starts[start + length] - 1]


@dataclass(frozen=True)
class Corpus:
    """A long text drawn once: as written, its folded tokens, and those of them that are indexed."""

    written: Variant
    folded: Variant
    indexed: list[str]
    indexed_starts: array

    def text(self, span: Span) -> str:
        return self.written.of(span).decode()

    def paragraph(self, span: Span) -> bytes:
        """A span as a sentence, in bytes. Every word begins with a letter without accent."""
        text = self.written.of(span)
        return text[:1].upper() + text[1:] + b"."

    def words(self, span: Span) -> list[str]:
        """The indexed words of a span, some more than once."""
        start, length = span
        return self.indexed[self.indexed_starts[start] : self.indexed_starts[start + length]]

    def within(self, span: Span, most: int) -> Span:
        """The longest beginning of a span that takes at most `most` bytes, the full stop included."""
        start, length = span
        starts = self.written.starts
        while starts[start + length] - starts[start] > most:
            length -= 1
        return Span(start, length)


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """Words and their cumulative weights, 1/rank; the common ones of real titles come first."""
    rng, words = Random(0), dict.fromkeys(COMMON)
    while len(words) < VOCABULARY:
        middle = "".join(rng.choice(MIDDLES) for _ in range(rng.randint(1, 3)))
        words[rng.choice(STARTS) + middle + rng.choice(ENDS)] = None
    return list(words), list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))


@cache
def corpus() -> Corpus:
    """The corpus. Drawing each word of each paragraph would take longer than all the rest."""
    rng, (words, sums) = Random(0), vocabulary()
    drawn = rng.choices(words, cum_weights=sums, k=CORPUS_WORDS)
    drawn[1::3] = rng.choices(SMALL, k=len(drawn[1::3]))
    written = {word: word.encode() for word in {*words, *SMALL}}
    folded = {word: " ".join(tokens(word)).encode() for word in written}
    indexed = {word: sorted(indexable(tokens(word))[0]) for word in written}
    return Corpus(
        _variant([written[word] for word in drawn]),
        _variant([folded[word] for word in drawn]),
        [one for word in drawn for one in indexed[word]],
        _starts(len(indexed[word]) for word in drawn),
    )


def _variant(words: list[bytes]) -> Variant:
    return Variant(b" ".join(words), _starts(len(word) + 1 for word in words))


def _starts(lengths) -> array:
    return array("I", accumulate(lengths, initial=0))
