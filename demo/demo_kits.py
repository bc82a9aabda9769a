"""Demonstration kits of the sample projects: short documents written from each published card.

One Markdown file a project, named by its key; each document is a heading and its text:

    data: 2026-10-12

    # specification: Scheda tecnica dimostrativa
    Paragraphs, «- bullets» and «## headings».

    # call: Bando del lotto 1
    <https://…>

A text becomes a tagged PDF that begins with what it is and its sources; an address stays a link and must be
one of the project's sources. They are visible only where DEMO is on. Loading twice changes nothing.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.formats import date_format
from django.utils.translation import override

from cards.vocabulary.lists import DocumentType
from demo.paper import paper_pdf
from demo.sample import BadEntry, Report
from lib.files.checks import check_upload
from lib.pdf import blocks_of
from projects.models import Project
from reuse.actions import assessing
from reuse.models import DemonstrationDocument

DAY = re.compile(r"data: (\d{4}-\d\d-\d\d)\n")
HEADING = re.compile(r"^# (\w+): (.+)$", re.MULTILINE)
LINK = re.compile(r"<(https?://\S+)>")
MARK = "dimostrativ"
INTRODUCTION = "Documento dimostrativo, preparato dall’Osservatorio dalle fonti pubblicate: {sources}."
REMARK = (
    "Mostra come è fatto un kit per il riuso. Nessun ente lo ha scritto né approvato. Quello che le fonti "
    "non dicono è scritto come non pubblicato: chiedilo all’ente che ha fatto il progetto."
)
TEMPLATE = "Le parti fra parentesi quadre si completano; va adattato e controllato da chi lo usa."


def load_kits(folder: Path) -> Report:
    """Load every file of the folder, each kit in its own transaction; a bad one is reported and skipped."""
    report = Report()
    for path in sorted(folder.glob("*.md")):
        try:
            getattr(report, load_kit(path.stem, path.read_text("utf-8"))).append(path.stem)
        except BadEntry as error:
            report.problems.append(f"{path.stem}: {error}")
    return report


def load_kit(key: str, text: str) -> str:
    """Replace the demonstration kit of one project; gives `created` or `unchanged`.

    Raises BadEntry for unknown projects and types, documents not marked as demonstrations, and
    links that are no source.
    """
    project = Project.objects.filter(origin_key=key).first()
    if project is None:
        raise BadEntry("il progetto non c’è")
    sources = list(project.sources.order_by("pk").values_list("url", flat=True))
    wanted = [paper_data(row, project.title, sources) for row in rows_of(text, sources)]
    stored = list(project.record.demonstration_documents.order_by("pk"))
    if [row.words for row in stored] == [digest(data) for data in wanted] and all(map(_has_file, stored)):
        return "unchanged"
    assessing.demonstrate_kit(project.record, [document_of(data, project) for data in wanted])
    return "created"


def rows_of(text: str, sources: Sequence[str]) -> Iterator[dict]:
    """`{type, title, day, url, body}` of each document of a file; url or body is empty. Raises BadEntry."""
    day = DAY.match(text)
    if day is None:
        raise BadEntry("manca la riga «data: AAAA-MM-GG»")
    _before, *parts = HEADING.split(text)
    for kind, title, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        row = {"type": kind, "title": title.strip(), "day": day[1], "url": "", "body": body.strip()}
        if kind not in DocumentType.values:
            raise BadEntry(f"tipo di documento sconosciuto: {kind}")
        if link := LINK.fullmatch(row["body"]):
            row |= {"url": link[1], "body": ""}
            if link[1] not in sources:
                raise BadEntry(f"non è una fonte del progetto: {link[1]}")
        elif MARK not in row["title"] or not row["body"]:
            raise BadEntry(
                f"documento senza testo, o che nel titolo non dice di essere dimostrativo: {title}"
            )
        yield row


def paper_data(row: Mapping, project: str, sources: Sequence[str]) -> dict:
    """A row with what the template of the PDF (paper.typ) shows besides."""
    with override("it"):
        label = str(DocumentType(row["type"]).label)
        day = date_format(date.fromisoformat(row["day"]), "j F Y")
    return {
        **row,
        "label": label,
        "date": day,
        "project": project,
        "introduction": INTRODUCTION.format(sources=", ".join(sources)),
        "remark": REMARK + (f" {TEMPLATE}" if "[" in row["body"] else ""),
        "blocks": blocks_of(row["body"]),
    }


def digest(data: Mapping) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def document_of(data: Mapping, project: Project) -> DemonstrationDocument:
    """An unsaved row; its file is stored, checked and named as any upload."""
    day, plain = date.fromisoformat(data["day"]), {name: data[name] for name in ("type", "title", "url")}
    document = DemonstrationDocument(record=project.record, made_on=day, words=digest(data), **plain)
    if data["body"]:
        upload = check_upload(SimpleUploadedFile("documento.pdf", paper_pdf(data, day)))
        document.media_type, document.size, document.sha256 = (
            upload.media_type,
            len(upload.content),
            upload.sha256,
        )
        document.extension = upload.extension
        document.file.save("documento", upload.as_file(), save=False)
    return document


def _has_file(document: DemonstrationDocument) -> bool:
    return not document.file or document.file.storage.exists(document.file.name)
