"""How features add to cards without being known to them: the objects named by CARD_EXTENSIONS.

A feature subclasses CardExtension and overrides what it needs. Extensions are called in the order of the
setting; those of a publication or a withdrawal within its transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Issue:
    """A stored edition whose index is about to be written."""

    record_id: int
    edition_id: int
    number: int
    document: Mapping


@dataclass(frozen=True)
class CardPage:
    """The edition that a page or a PDF shows. `address` is that of its page, absolute in a PDF."""

    record_id: int
    document: Mapping
    is_current: bool
    address: str = ""


@dataclass(frozen=True)
class Action:
    """A template in the head of the page: among the buttons, or the links if not `is_button`."""

    template: str
    is_button: bool = False


@dataclass(frozen=True)
class Section:
    """A part of the page after «Riuso e lezioni»; `context` joins that of the page."""

    anchor: str
    title: str
    template: str
    context: Mapping


class CardExtension:
    """What a feature may add. Every method may be left as it is."""

    def issued(self, issue: Issue) -> Mapping[str, list[str]]:
        """Values of live facets that change with this edition, `{facet: values}`; others stay as they are."""
        return {}

    def withdrawn(self, record_id: int) -> None:
        """The current edition of a record was withdrawn."""

    def actions(self, page: CardPage) -> Sequence[Action]:
        """What the head of the page of a current edition offers. No query."""
        return ()

    def sections(self, page: CardPage) -> Sequence[Section]:
        """Sections of the page. One query where the feature knows nothing of the record."""
        return ()

    def blocks(self, page: CardPage) -> Sequence[tuple[str, list[dict]]]:
        """The same for the PDF: `(title, blocks)` as in cards/presentation/outline.py."""
        return ()


@cache
def extensions() -> Sequence[CardExtension]:
    """One object for each dotted name of CARD_EXTENSIONS."""
    return [import_string(name)() for name in settings.CARD_EXTENSIONS]
