"""The dashboard: figures of the registry and of the desk, each chart with its table and CSV file."""

import csv
from decimal import Decimal
from io import StringIO

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.rules import staff_page
from lib.tables.csv_text import neutralised
from observatory.desk import dashboard_tables


@staff_page
@require_safe
def dashboard(request):
    context = {
        "head": dashboard_tables.headline(),
        "tables": [table() for table in dashboard_tables.TABLES.values()],
        "adhesions": dashboard_tables.adhesion_map(),
    }
    return render(request, "observatory/desk/dashboard.html", context)


def _plain(value):
    """A value of the CSV file: dot decimals, two for money on either database."""
    if value is None:
        return ""
    return f"{value:.2f}" if isinstance(value, Decimal) else neutralised(value)


@staff_page
@require_safe
def table_file(request, key):
    """One table of the dashboard as CSV: plain numbers, empty for unknown ones. 404 for another key."""
    if key not in dashboard_tables.TABLES:
        raise Http404
    table, text = dashboard_tables.TABLES[key](), StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.header)
    for row in table.rows:
        writer.writerow([_plain(value) for value in row])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="cruscotto-{key}.csv"'
    return response
