"""What reuse adds to cards: live facets at each edition, sections of the page, blocks of the PDF."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from cards.extensions import CardExtension, CardPage, Issue, Section
from reuse.actions.refresh import write_standing
from reuse.outline import family_blocks, replicability_blocks
from reuse.reads.family import family_of
from reuse.reads.presence import presence_of
from reuse.reads.standing import panel_of
from reuse.replicability.panel import panel_context


class ReuseExtension(CardExtension):
    def issued(self, issue: Issue) -> Mapping[str, list[str]]:
        return write_standing(issue.record_id, issue.document)

    def sections(self, page: CardPage) -> Sequence[Section]:
        presence = presence_of(page.record_id)
        panel = panel_of(page.record_id, page.document, presence=presence)
        context = {"replicability": panel_context(panel)}
        title = _("Si può rifare?")
        sections = [
            Section(
                "replicabilita",
                title,
                "reuse/_card_replicability.html",
                context,
                fact="reuse/_card_fact.html",
            )
        ]
        if page.is_current:
            family = {"family": family_of(page.record_id, panel.adoptions, presence)}
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
