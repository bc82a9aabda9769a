"""One engine of states: a table of transitions, the conditional UPDATE that makes one, a check of the table.

Who may act belongs to the rules of an app, what else happens to its actions. They also record the entry of
the audit log, in the same transaction: what it says (a receipt, an edition, a person) is often known only
after `apply`, and all transitions of a reuse have one verb in the log.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.core.checks import Error
from django.db.models import Model
from django.utils.functional import Promise

from lib.deadlines import Rule


class WrongMove(Exception):
    """The object is not, or no longer, in a state that allows the transition: `args[0]` is the verb."""


class HeldByAnother(WrongMove):
    """Another person has the object in review: `args[0]` is who."""


class Refused(WrongMove):
    """Guards do not hold: `args[0]` is the list of their reasons in words."""


class StaleDraft(Exception):
    """The draft was saved by another request since the version that was read."""


@dataclass(frozen=True)
class State:
    """A value of the field, with its label for those who work on the object and the one for the public."""

    key: str
    staff: str | Promise
    public: str | Promise
    is_end: bool = False


@dataclass(frozen=True)
class Guard:
    """A condition beside the state: the fields that `holds` reads, and the reason when it does not hold."""

    fields: tuple[str, ...]
    holds: Callable[[Model], bool]
    reason: str | Promise


@dataclass(frozen=True)
class Transition:
    """A verb with its source states, its target (None: the state stays) and the sides that may use it."""

    verb: str
    label: str | Promise
    sources: frozenset[str]
    target: str | None
    sides: frozenset[str]
    guards: tuple[Guard, ...] = ()
    needs_note: bool = False


class Workflow:
    """The states and transitions of one field of a model.

    `waits`: `{state: (side that is waited for, deadlines.Rule)}`.
    """

    def __init__(
        self,
        kind: str,
        field: str,
        start: str,
        states: Collection[State],
        transitions: Collection[Transition],
        waits: Mapping[str, tuple[str, Rule]] | None = None,
    ):
        self.kind, self.field, self.start = kind, field, start
        self.states = {state.key: state for state in states}
        self.transitions = {transition.verb: transition for transition in transitions}
        self.waits = dict(waits or {})
        self._keys = [state.key for state in states] + [transition.verb for transition in transitions]

    def allows(self, verb: str, state: str, sides: Collection[str]) -> bool:
        """Whether one of `sides` may make a transition in a state; False for an unknown verb."""
        transition = self.transitions.get(verb)
        return (
            transition is not None and state in transition.sources and not transition.sides.isdisjoint(sides)
        )

    def offered(self, obj: Model, sides: Collection[str]) -> list[Transition]:
        """What `sides` may do now, in the order of the table. Guards are left to `refusals`."""
        state = getattr(obj, self.field)
        return [found for found in self.transitions.values() if self.allows(found.verb, state, sides)]

    def refusals(self, obj: Model, verb: str) -> list[str]:
        """The reasons of the guards that do not hold for an object as it was read."""
        return [str(guard.reason) for guard in self.transitions[verb].guards if not guard.holds(obj)]

    def turn_of(self, state: str) -> str | None:
        """The side that is waited for; None when nothing is awaited."""
        return self.waits[state][0] if state in self.waits else None

    def apply(self, obj: Model, verb: str, *, values: Mapping | None = None, **still) -> None:
        """Change the state in one conditional UPDATE, of which one of two succeeds; then set it on `obj`.

        `values`: other columns that change with it. `still`: lookups that must hold as well. Call it in the
        transaction that records the event. Raises Refused, WrongMove; KeyError for an unknown verb.
        """
        transition, read = self.transitions[verb], getattr(obj, self.field)
        if reasons := self.refusals(obj, verb):
            raise Refused(reasons)
        # Where the state stays it must be the one that was read, or an older one would be written back.
        sources = transition.sources if transition.target else transition.sources & {read}
        target = transition.target or read
        rows = type(obj)._base_manager.filter(pk=obj.pk, **{f"{self.field}__in": sources}, **still)
        if not rows.update(**{self.field: target}, **(values or {})):
            raise WrongMove(verb)
        for name, value in {self.field: target, **(values or {})}.items():
            setattr(obj, name, value)

    def check(self, model: type[Model]) -> list[Error]:
        """The errors of the table as Django's system checks give them; empty when there are none."""
        found = [f"{key} is there twice" for key in dict.fromkeys(self._keys) if self._keys.count(key) > 1]
        found += self._unknown_names(model)
        found += [f"{key} is never reached" for key in self.states if key not in self._reached()]
        exits = {s for t in self.transitions.values() if t.target for s in t.sources - {t.target}}
        closed = [key for key, state in self.states.items() if not state.is_end and key not in exits]
        found += [f"{key} has no exit" for key in closed]
        return [Error(f"{self.kind}: {words}", obj=model, id="lib.workflow") for words in found]

    def _reached(self) -> set[str]:
        reached, all_of_them = {self.start}, self.transitions.values()
        while more := {t.target for t in all_of_them if t.target and t.sources & reached} - reached:
            reached |= more
        return reached

    def _unknown_names(self, model: type[Model]) -> list[str]:
        """States and fields that the table names but neither it nor the model has."""
        fields = {name for field in model._meta.get_fields() for name in (field.name, _column(field))}
        found = [] if self.start in self.states else [f"start names the unknown state {self.start}"]
        for transition in self.transitions.values():
            states = {*transition.sources, transition.target} - {None, *self.states}
            found += [f"{transition.verb} names the unknown state {state}" for state in sorted(states)]
            names = {name for guard in transition.guards for name in guard.fields} - fields
            found += [f"{transition.verb} names the unknown field {name}" for name in sorted(names)]
        found += [f"waits name the unknown state {state}" for state in self.waits if state not in self.states]
        return found if self.field in fields else [*found, f"the model has no field {self.field}"]


def _column(field) -> str:
    """The name a foreign key's own value has on the object."""
    return getattr(field, "attname", field.name)
