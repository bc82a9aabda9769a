"""What feedback adds to cards: the links to the report of an error and to a question to the body."""

from collections.abc import Sequence

from cards.extensions import Action, CardExtension, CardPage


class FeedbackExtension(CardExtension):
    def actions(self, page: CardPage) -> Sequence[Action]:
        return [Action("feedback/_card_link.html"), Action("feedback/_card_question.html", place="question")]
