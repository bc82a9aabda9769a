from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rows:
    """A repeated part of a step: its prefix, its title and its formset."""

    key: str
    title: object
    formset: type


@dataclass(frozen=True)
class Step:
    key: str
    slug: str
    title: object
    lead: object
    form: type | None
    rows: tuple[Rows, ...] = ()
    folded: tuple[str, ...] = field(default=())
