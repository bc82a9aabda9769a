"""The page of the open data, the catalogue, and the files of the national export."""

import mimetypes
from hashlib import blake2b

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from opendata.catalogue import SYNTAXES, catalogue
from opendata.datasets import (
    DATASETS,
    LICENCE,
    LICENCE_URL,
    NATIONAL,
    Dataset,
    exported_at,
    listed_files,
    modified_at,
)
from opendata.product import TABLES, dictionary_of, preview_of, rows_of, sizes_of


@require_safe
def home(request):
    """Every dataset with its formats; the catalogue; how the national export comes about."""
    live = [
        {"dataset": dataset, "rows": rows_of(dataset), "columns": _width(dataset), "files": dataset.files()}
        for dataset in DATASETS
        if dataset.slug != NATIONAL
    ]
    national = next(dataset for dataset in DATASETS if dataset.slug == NATIONAL)
    context = {
        "datasets": live,
        "national": national,
        "national_files": national.files(),
        "modified_at": modified_at(),
        "exported_at": exported_at(),
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "catalogues": list(SYNTAXES),
    }
    return render(request, "opendata/home.html", context)


def _width(dataset: Dataset) -> int | None:
    table = TABLES.get(dataset.slug)
    return len(table.columns) if table else None


@require_safe
def dataset(request, slug):
    """One dataset: rows, columns with their dictionary, files with sizes, the first rows. Http404."""
    found = next((one for one in DATASETS if one.slug == slug and slug != NATIONAL), None)
    if found is None:
        raise Http404
    table, rows = TABLES.get(slug), rows_of(found)
    sizes = sizes_of(found, rows)
    context = {
        "dataset": found,
        "rows": rows,
        "files": [(file, sizes.get(file.format)) for file in found.files()],
        "dictionary": dictionary_of(table) if table else [],
        "preview": preview_of(table) if table else None,
        "modified_at": modified_at(),
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
    }
    return render(request, "opendata/dataset.html", context)


@require_safe
def api(request):
    return redirect("api:docs")


@require_safe
def catalogue_file(request, suffix):
    """The DCAT-AP_IT catalogue in one of its syntaxes; 304 when the reader has it already."""
    syntax, media_type = SYNTAXES[suffix]
    # DCAT-AP requires a date: an empty registry has none, and is as of today.
    modified = {False: modified_at() or timezone.now(), True: exported_at()}
    graph = catalogue(settings.SITE_URL, settings.PUBLISHER, settings.PUBLISHER_IPA, modified)
    body = graph.serialize(format=syntax).encode()
    response = HttpResponse(body, content_type=media_type)
    response["ETag"] = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=300"
    return get_conditional_response(request, etag=response["ETag"], response=response)


@require_safe
def export_file(request, name):
    """One file of the national export, named in its list of checksums."""
    digest, path = listed_files().get(name), settings.EXPORT_ROOT / name
    if digest is None or not path.is_file():
        raise Http404
    etag = f'"{digest}"'
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=kind)
    response["ETag"], response["Access-Control-Allow-Origin"] = etag, "*"
    return response
