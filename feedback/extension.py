"""What feedback adds to cards: the link to the report of an error."""

from collections.abc import Sequence

from cards.extensions import Action, CardExtension, CardPage


class FeedbackExtension(CardExtension):
    def actions(self, page: CardPage) -> Sequence[Action]:
        return [Action("feedback/_card_link.html")]
