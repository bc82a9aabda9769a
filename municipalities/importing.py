"""Tables taken by the admin: limits, the columns that are expected, the validators of the forms, no lock.

django-import-export writes in a dry run and rolls back, which on SQLite keeps everybody from writing. Here a
dry run writes nothing: rows are validated as a form would.
"""

import tablib
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.formats.base_formats import Format
from import_export.resources import ModelResource
from import_export.results import Error
from import_export.widgets import Widget

from lib.tables.reader import TableError, read_table
from municipalities.models import Territory
from municipalities.names import read_municipality


class TableFile(Format):
    """A CSV or XLSX file, told apart by its content."""

    def __init__(self, encoding: str | None = None):
        """`encoding` is django-import-export's; the reader finds it."""

    def get_title(self):
        return gettext_lazy("CSV o XLSX")

    def get_extension(self) -> str:
        return "csv"

    def can_import(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """Raises TableError, whose message the page shows."""
        table = read_table(in_stream)
        return tablib.Dataset(*(row for _number, row in table.rows), headers=table.header)


class PlainError(Error):
    """An error with its words alone: a traceback tells nothing to who sends a file."""

    @property
    def traceback(self) -> str:
        return ""


class TerritoryWidget(Widget):
    """A municipality in any spelling that municipalities.names reads, or a province by its letters."""

    def clean(self, value, row=None, **kwargs) -> Territory | None:
        """Raises ValueError with the hint of the reader."""
        text = str(value or "").strip()
        if not text:
            return None
        province = Territory.objects.provinces().current().filter(code=text.upper()).first()
        try:
            return province or read_municipality(text)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error

    def render(self, value, obj=None, **kwargs) -> str:
        return value.code if value else ""


class CheckedResource(ModelResource):
    """An import of whole tables: each column known, those of the key present, each row valid."""

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True

    @classmethod
    def get_error_result_class(cls):
        return PlainError

    def before_import(self, dataset, **kwargs):
        """Raises TableError when the columns are not those of the resource."""
        super().before_import(dataset, **kwargs)
        expected = [self.fields[name].column_name for name in self.get_import_order()]
        key = [self.fields[name].column_name for name in self.get_import_id_fields()]
        given = dataset.headers or []
        unknown = [name for name in given if name not in expected]
        missing = [name for name in key if name not in given]
        if unknown or missing or len(set(given)) != len(given):
            values = {"given": ", ".join(given), "expected": ", ".join(expected), "key": ", ".join(key)}
            raise TableError(
                _(
                    "Le colonne non sono quelle attese, e non è stato preso niente. Nel file: %(given)s. "
                    "Si possono usare: %(expected)s. Sono obbligatorie: %(key)s."
                )
                % values
            )

    def import_data(self, dataset, dry_run=False, raise_errors=False, use_transactions=None, **kwargs):
        if not dry_run:
            return super().import_data(dataset, dry_run, raise_errors, True, **kwargs)
        for name in ("collect_failed_rows", "rollback_on_validation_errors"):
            kwargs.pop(name, None)
        return self.import_data_inner(dataset, True, raise_errors, False, False, **kwargs)
