"""How features add to cards without being known to them: the objects named by CARD_EXTENSIONS.

A feature subclasses CardExtension and overrides what it needs. Extensions are called in the order of the
setting; `issued` and `withdrawn` within the transaction of the publication or withdrawal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Issue:
    """An edition that is stored and not in the index yet."""

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
    """A template in the page: among the `button`s or `link`s of its head, or beside what is not known.

    `place` is `button`, `link` or `question`.
    """

    template: str
    place: str = "link"


@dataclass(frozen=True)
class Section:
    """A part of the page after «Riuso e lezioni»; `context` joins that of the page.

    `fact` is a template for the band of facts under the title.
    """

    anchor: str
    title: str
    template: str
    context: Mapping
    fact: str = ""


class CardExtension:
    """What a feature may add. Every method may be left as it is."""

    def issued(self, issue: Issue) -> Mapping[str, list[str]]:
        """Called once an edition is stored; gives the live facets to replace, `{facet: values}`.

        Other facets stay as they are. An exception undoes the publication.
        """
        return {}

    def withdrawn(self, record_id: int) -> None:
        """Called once the current edition of a record is withdrawn; an exception undoes the withdrawal."""

    def actions(self, page: CardPage) -> Sequence[Action]:
        """Buttons and links in the head of the page of a current edition. No query."""
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
