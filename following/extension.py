"""What following adds to cards: the link to its form."""

from collections.abc import Sequence

from cards.extensions import Action, CardExtension, CardPage


class FollowingExtension(CardExtension):
    def actions(self, page: CardPage) -> Sequence[Action]:
        return [Action("following/_card_link.html")]
