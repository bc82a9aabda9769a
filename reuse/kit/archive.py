"""The reuse kit of a project as one archive: the card in three forms, its files, its links, an index.

It holds what the current card shows and, marked and in a folder of their own, the documents of the
demonstration. The same card gives the same bytes: no clock, fixed order.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cards.models import File
from cards.presentation.context import card_context
from cards.presentation.outline import card_outline
from cards.presentation.pdf import card_pdf
from cards.vocabulary.lists import DocumentType
from lib.formats import file_size, partial_date
from lib.tables.csv_text import neutralised
from reuse.models import DemonstrationDocument

LARGEST = 100 * 1024 * 1024  # bytes of attached files; those beyond are listed with their URL
BLOCK = 1 << 20
FIXED = (1980, 1, 1, 0, 0, 0)
LICENCE = "CC BY 4.0"


@dataclass(frozen=True)
class Part:
    """One row of the index. `name` is a path in the archive, empty for a link; `size` is in bytes."""

    name: str
    kind: str
    title: str
    licence: str
    day: str
    source: str
    size: int | None = None
    note: str = ""

    @property
    def size_label(self) -> str:
        return file_size(self.size) if self.size else ""

    @property
    def day_label(self) -> str:
        return partial_date(self.day) if self.day else ""


def write_kit(
    path: Path,
    document: Mapping,
    *,
    address: str,
    demo: bool,
    demonstrations: Sequence[DemonstrationDocument] = (),
) -> list[Part]:
    """Write the kit of a card document (read_document) to `path`; return the rows of its index.

    `address` is the URL of the card. Two queries at most: the files of the card.
    """
    card_files = dict(_card_files(document, address, demo))
    files = _stored_files(document)
    document_parts = _document_parts(document, files)
    demonstration_parts = _demonstration_parts(demonstrations)
    parts = [
        *_card_parts(card_files, document, address),
        *document_parts,
        *demonstration_parts,
        *_source_parts(document),
    ]
    with zipfile.ZipFile(path, "w") as archive:
        _write(archive, "INDICE.html", _index_page(document, parts, address, demo).encode())
        _write(archive, "indice.csv", _index_csv(parts).encode("utf-8-sig"))
        _write(archive, "collegamenti.csv", _index_csv([p for p in parts if not p.name]).encode("utf-8-sig"))
        for name, content in card_files.items():
            _write(archive, name, content)
        for part, row in zip(document_parts, _documents_by_number(document), strict=True):
            if part.name:
                _copy(archive, part.name, files[row["id"]])
        for part, row in zip(demonstration_parts, demonstrations, strict=True):
            if part.name:
                _copy(archive, part.name, row)
    return parts


def _card_files(document: Mapping, address: str, demo: bool) -> Iterator[tuple[str, bytes]]:
    yield "scheda/scheda.pdf", card_pdf(document, address=address, demo=demo)[0]
    yield "scheda/scheda.json", orjson.dumps(document, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    yield "scheda/scheda.txt", plain_text(document, address).encode()


def _card_parts(card_files: Mapping[str, bytes], document: Mapping, address: str) -> list[Part]:
    titles = (
        _("Scheda del progetto, PDF accessibile"),
        _("Scheda del progetto, dati"),
        _("Scheda, solo testo"),
    )
    day = document["published_at"][:10]
    return [
        Part(name, _("Scheda"), title, LICENCE, day, address, len(content))
        for (name, content), title in zip(card_files.items(), titles, strict=True)
    ]


def _documents_by_number(document: Mapping) -> list[Mapping]:
    return sorted(document["documents"], key=lambda row: row["id"])


def _stored_files(document: Mapping) -> dict[int, File]:
    """`{number of a document: its file}` of the documents that are no links. One query."""
    keys = [row["id"] for row in document["documents"] if not row["url"]]
    return File.objects.in_bulk(keys)


def _document_parts(document: Mapping, files: Mapping[int, File]) -> list[Part]:
    labels, parts, room = dict(DocumentType.choices), [], LARGEST
    for number, row in enumerate(_documents_by_number(document), 1):
        source = row["url"] or settings.SITE_URL + reverse("document-file", args=[row["id"]])
        name, note, size = "", "", row["size"]
        if not row["url"]:
            stored = files.get(row["id"])
            size = _size_of(stored)
            if size is None:
                note = _("Il file non è disponibile: chiedilo alla redazione.")
            elif size > room:
                note = _("Non è nell’archivio, che sarebbe troppo grande: scaricalo dal suo indirizzo.")
            else:
                room -= size
                title = slugify(row["title"])[:80] or "documento"
                name = f"documenti/{number:02d}-{title}.{_extension(stored)}"
        licence = row["licence"] or _("Non comunicata: chiedi all’ente prima di riusarlo")
        label = str(labels.get(row["type"], row["type"]))
        parts.append(Part(name, label, row["title"], licence, row["date"] or "", source, size, note))
    return parts


def _demonstration_parts(demonstrations: Sequence[DemonstrationDocument]) -> list[Part]:
    """The documents of the demonstration, each with a note that says so."""
    mark, unknown, parts = _("Documento dimostrativo"), _("Vedi la pagina"), []
    chosen = _("Pagina pubblicata, scelta per il kit dimostrativo")
    for number, row in enumerate(demonstrations, 1):
        size = _size_of(row) if row.file else None
        name, note = "", chosen if row.url else mark
        if size is not None:
            name = f"documenti-dimostrativi/{number:02d}-{slugify(row.title)[:80]}.{_extension(row)}"
        elif row.file:
            note = f"{mark}. {_('Il file non è disponibile: chiedilo alla redazione.')}"
        source = row.url or settings.SITE_URL + reverse("demonstration-file", args=[row.pk])
        day, licence = row.made_on.isoformat(), unknown if row.url else LICENCE
        parts.append(Part(name, row.get_type_display(), row.title, licence, day, source, size, note))
    return parts


def _extension(row: File | DemonstrationDocument) -> str:
    return row.file.name.rpartition(".")[2]


def _size_of(stored: File | DemonstrationDocument | None) -> int | None:
    try:
        return stored.file.size if stored else None
    except FileNotFoundError:
        return None


def _source_parts(document: Mapping) -> list[Part]:
    unknown = _("Vedi la pagina")
    rows = [(_("Fonte"), row["title"] or row["url"], row["url"]) for row in document["sources"]]
    if document["website"]:
        rows.append((_("Sito del progetto"), document["website"], document["website"]))
    if document["repository_url"]:
        rows.append((_("Codice sorgente"), document["repository_url"], document["repository_url"]))
    return [Part("", str(kind), title, unknown, "", url) for kind, title, url in rows]


def _index_page(document: Mapping, parts: list[Part], address: str, demo: bool) -> str:
    card = card_context(document)["card"]
    context = {"card": card, "parts": parts, "address": address, "demo": demo, "licence": LICENCE}
    return render_to_string("reuse/kit_index.html", context)


def _index_csv(parts: list[Part]) -> str:
    """The index as CSV, cells that a spreadsheet would take for a formula neutralised."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    header = (_("File"), _("Tipo"), _("Titolo"), _("Licenza"), _("Data"), _("Fonte"), _("Byte"), _("Nota"))
    table.writerow(map(str, header))
    for part in parts:
        row = (
            part.name,
            part.kind,
            part.title,
            part.licence,
            part.day,
            part.source,
            part.size or "",
            part.note,
        )
        table.writerow(neutralised(str(cell)) for cell in row)
    return out.getvalue()


def plain_text(document: Mapping, address: str) -> str:
    """The card as plain text, to be pasted into another document."""
    outline = card_outline(card_context(document))
    lines = [outline["title"], "", outline["summary"], "", outline["meta"], outline["author"], ""]
    lines += [f"{label}: {value}" for label, value in outline["facts"]]
    for title, blocks in outline["sections"]:
        lines += ["", title.upper(), ""]
        for block in blocks:
            lines += _block_lines(block)
    lines += ["", outline["source"], address, ""]
    return "\n".join(str(line) for line in lines)


def _block_lines(block: Mapping) -> list[str]:
    kind = block["kind"]
    if kind == "pairs":
        return [f"{label}: {value}" for label, value in block["rows"]]
    if kind in ("table", "bars"):
        return [f"{block['caption']}:", *("  " + "; ".join(_cells(row)) for row in block["rows"])]
    text = f"- {block['text']}" if kind == "bullet" else block["text"]
    return [f"{text} {block['url']}" if block.get("url") else text]


def _cells(row) -> list[str]:
    cells = row.values() if isinstance(row, Mapping) else row
    return [str(cell) for cell in cells if isinstance(cell, str) and cell]


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(_zip_info(name), content)


def _copy(archive: zipfile.ZipFile, name: str, stored: File | DemonstrationDocument) -> None:
    with stored.file.open("rb") as source, archive.open(_zip_info(name), "w", force_zip64=True) as target:
        while block := source.read(BLOCK):
            target.write(block)


def _zip_info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, FIXED)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    return info
