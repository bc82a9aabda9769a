"""The officer's empty workbook, made of the fields of the form: lists to choose from, an example."""

import io

import xlsxwriter
from django.utils.translation import override
from xlsxwriter.utility import xl_col_to_name

from imports.workbook import MAX_PROJECTS, REFERENCE, SHEET, choices_of, columns, labels_of, sheets
from lib.forms.fields import CheckboxList
from projects import api_drafts
from projects.completeness import REQUIRED

EXAMPLE = {
    "title": "Illuminazione a LED del centro storico",
    "summary": "Sostituzione di 240 lampioni con punti luce a LED telecontrollati.",
    "kind": "Progetto",
    "stage": "In corso",
    "need": "Gli impianti consumano il doppio di quelli di oggi e si guastano spesso.",
    "primary_area": "Energia",
    "total_cost": 185000,
    "start_actual": "3/2025",
    "technologies": "LED, telecontrollo",
}


def template() -> bytes:
    """The empty workbook: instructions, an example, drop-down lists, one sheet per repeated group."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DCE9F5", "text_wrap": True, "valign": "top"})
        must = book.add_format({"bold": True, "bg_color": "#FFE8A3", "text_wrap": True, "valign": "top"})
        grey = book.add_format({"font_color": "#5C6F82", "italic": True, "text_wrap": True, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        _write_help(book.add_worksheet("Istruzioni"), bold, wrap)
        lists = book.add_worksheet("Valori")
        names = sheets()
        fields = columns()
        sheet = book.add_worksheet(SHEET)
        _write_sheet(book, sheet, lists, fields, {name for name in REQUIRED}, (bold, must), EXAMPLE, grey)
        for name, title in names.items():
            _write_sheet(
                book,
                book.add_worksheet(title),
                lists,
                api_drafts.row_fields(name),
                set(),
                (bold, must),
                {},
                grey,
            )
        lists.hide()
        sheet.activate()
    return out.getvalue()


def _write_help(sheet, bold, wrap) -> None:
    sheet.set_column(0, 0, 100)
    lines = [
        "Come si compila",
        "Un progetto per riga nel foglio «Progetti». Le colonne gialle servono per inviare; le altre sono "
        "facoltative.",
        "«Riferimento» è un nome tuo, diverso per ogni riga: con quello i fogli delle tappe, dei partner, "
        "dei fondi, dei codici e degli indicatori dicono di quale progetto parlano. Lo stesso riferimento "
        "domani aggiorna la bozza.",
        "La riga grigia è un esempio: cancellala o scrivi sopra.",
        "Più valori in una cella si separano con un punto e virgola. Gli importi sono in euro; le date come "
        "6/2026 o 2026.",
        "Quando carichi il file, gli errori tornano in questo stesso file, nelle celle, con la spiegazione.",
    ]
    for number, text in enumerate(lines):
        sheet.write_string(number, 0, text, wrap if number else bold)


def _write_sheet(book, sheet, lists, fields, required, formats, example, grey) -> None:
    bold, must = formats
    sheet.write_string(0, 0, REFERENCE, bold)
    if example:
        sheet.write_string(1, 0, "esempio", grey)
    sheet.set_column(0, 0, 16)
    sheet.freeze_panes(1, 1)
    for number, (name, label) in enumerate(labels_of(fields).items(), 1):
        one = fields[name]
        sheet.write_string(0, number, label, must if name in required else bold)
        if one.help_text:
            with override("it"):
                sheet.write_comment(0, number, str(one.help_text))
        sheet.set_column(number, number, 36 if getattr(one, "max_length", 0) and one.max_length > 200 else 20)
        if name in example:
            sheet.write(1, number, example[name], grey)
        choices = choices_of(one)
        if choices:
            column = lists.dim_colmax + 1 if lists.dim_colmax is not None else 0
            for row, (_value, text) in enumerate(choices):
                lists.write_string(row, column, text)
            letter = xl_col_to_name(column)
            source = f"=Valori!${letter}$1:${letter}${len(choices)}"
            # Several values are typed with semicolons between them.
            is_strict = not isinstance(one, CheckboxList)
            sheet.data_validation(
                1,
                number,
                MAX_PROJECTS,
                number,
                {
                    "validate": "list",
                    "source": source,
                    "error_type": "stop" if is_strict else "information",
                    "error_title": "Valore non previsto",
                    "error_message": "Scegli dall’elenco",
                },
            )
