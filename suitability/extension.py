"""What suitability adds to cards: the buttons to the fit and to the comparison."""

from collections.abc import Sequence

from cards.extensions import Action, CardExtension, CardPage


class SuitabilityExtension(CardExtension):
    def actions(self, page: CardPage) -> Sequence[Action]:
        return [Action("suitability/_card_buttons.html", place="button")]
