"""What pages show of imported projects."""

from django.db.models import Count, Max, Sum

from imports.models import ImportedProject

SHOWN = 5


def told_of(code: str) -> dict | None:
    """The imported projects of a municipality by Belfiore code: `{count, sum, known, on, newest}`.

    `sum` in euro is that of the `known` amounts; None without any project. A query, two where there are some.
    """
    projects = ImportedProject.objects.current().of(code)
    sums = projects.aggregate(count=Count("pk"), known=Count("amount"), on=Max("known_on"), sum=Sum("amount"))
    if not sums["count"]:
        return None
    return {**sums, "newest": projects.order_by("-decided_on", "-pk")[:SHOWN]}
