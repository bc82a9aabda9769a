"""Bands of replicability: values and labels of a live facet."""

from django.utils.translation import gettext_lazy as _

HIGH, MEDIUM, LOW, IN_EVALUATION = "high", "medium", "low", "in_evaluation"


BAND_NAMES = {
    HIGH: _("Alta replicabilità"),
    MEDIUM: _("Media replicabilità"),
    LOW: _("Bassa replicabilità"),
    IN_EVALUATION: _("In valutazione"),
}
BAND_SLUGS = {HIGH: "alta", MEDIUM: "media", LOW: "bassa", IN_EVALUATION: "in-valutazione"}


# Live facet of cards whose score comes from sample data; lists label them.
DEMONSTRATION = "demonstration"
