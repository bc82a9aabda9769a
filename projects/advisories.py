"""What an office and the desk are told of and may send or publish all the same: codes and sums."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from projects.codes import code_warning
from projects.models import Project


def advisories(project: Project) -> list[str]:
    """Malformed codes, CUP first, and funding that does not match the cost. Two queries at most."""
    rows = sorted(project.identifiers.all(), key=lambda row: (row.scheme != "cup", row.pk))
    texts = [(row.value, code_warning(row.scheme, row.value)) for row in rows]
    told = [f"{code}: {text}" for code, text in texts if text]
    return [*told, *filter(None, [funding_warning(project)])]


def funding_warning(project: Project) -> str:
    """A sentence where the funding exceeds the total cost, or is complete and below it; else empty."""
    amounts = [line.amount for line in project.funding_lines.all()]
    total, funded = project.total_cost, sum(amount for amount in amounts if amount is not None)
    is_complete = bool(amounts) and None not in amounts
    if total is None or (funded <= total and not (is_complete and funded < total)):
        return ""
    message = _("Le fonti sommano {} €, il costo totale è {} €")
    return message.format(_euro(funded), _euro(total))


def _euro(amount) -> str:
    """Whole euro without decimals, else with the cents."""
    return number_format(amount, 0 if amount == int(amount) else 2, force_grouping=True)
