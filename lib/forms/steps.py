from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Rows:
    """A repeated part of a step: its prefix, its title and its formset."""

    key: str
    title: object
    formset: Any  # a class of formsets


@dataclass(frozen=True)
class Step:
    key: str
    slug: str
    title: object
    lead: object
    form: Any
    rows: tuple[Rows, ...] = ()
    folded: tuple[str, ...] = field(default=())
