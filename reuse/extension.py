"""What reuse adds to cards: live facets at each edition, replicability and adoptions on the page."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from cards.extensions import CardExtension, CardPage, Issue, Section
from reuse.actions.refresh import write_standing
from reuse.outline import family_blocks, replicability_blocks
from reuse.reads.beside import beside
from reuse.reads.family import family_of
from reuse.reads.standing import panel_of
from reuse.replicability.panel import panel_context


class ReuseExtension(CardExtension):
    def issued(self, issue: Issue) -> Mapping[str, list[str]]:
        return write_standing(issue.record_id, issue.document)

    def sections(self, page: CardPage) -> Sequence[Section]:
        known = beside(page.record_id)
        panel = panel_of(page.record_id, page.document, known=known)
        shown = {"replicability": panel_context(panel)}
        sections = [Section("replicabilita", _("Replicabilità"), "reuse/_card_replicability.html", shown)]
        if page.is_current:
            family = {"family": family_of(page.record_id, panel.adoptions, known)}
            sections.append(Section("riusi", _("Chi lo ha riusato"), "reuse/_card_adoptions.html", family))
        return sections

    def blocks(self, page: CardPage) -> Sequence[tuple[str, list[dict]]]:
        panel = panel_of(page.record_id, page.document)
        family = family_of(page.record_id, panel.adoptions)
        fit_address = f"{page.address}adatto/"
        replicability = replicability_blocks(panel_context(panel), fit_address=fit_address)
        return [
            (_("Replicabilità"), replicability),
            (_("Chi lo ha riusato"), family_blocks(family) if family else []),
        ]
