"""The datasets as a DCAT-AP_IT catalogue: a pure mapping to RDF, no HTTP and no query."""

from datetime import datetime

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD

from lib.dates import italian_day
from opendata.datasets import DATASETS, LICENCE, LICENCE_URL, NATIONAL, Dataset, File

DCATAPIT = Namespace("http://dati.gov.it/onto/dcatapit#")
EU = "http://publications.europa.eu/resource/authority"
FREQUENCIES = {True: "IRREG", False: "CONT"}
FILE_TYPES = {
    "csv": "CSV",
    "json": "JSON",
    "jsonl": "JSON",
    "geojson": "GEOJSON",
    "xlsx": "XLSX",
    "txt": "TXT",
}
# Attribution 4.0 in the list of licences of dati.gov.it.
LICENCE_TYPE = "https://w3id.org/italia/controlled-vocabulary/licences/A21_CCBY40"
# serialisation of rdflib → (suffix, media type)
SYNTAXES = {
    "ttl": ("turtle", "text/turtle; charset=utf-8"),
    "rdf": ("xml", "application/rdf+xml; charset=utf-8"),
    "jsonld": ("json-ld", "application/ld+json"),
}


# What DCAT-AP_IT (OWL 2.0) requires of each kind of thing, and the kind of DCAT or FOAF it also has to be.
MANDATORY = {
    DCATAPIT.Catalog: (
        DCAT.Catalog,
        (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.modified, DCAT.dataset),
    ),
    DCATAPIT.Dataset: (
        DCAT.Dataset,
        (
            DCTERMS.identifier,
            DCTERMS.title,
            DCTERMS.description,
            DCTERMS.modified,
            DCAT.theme,
            DCTERMS.rightsHolder,
            DCTERMS.accrualPeriodicity,
            DCAT.distribution,
        ),
    ),
    DCATAPIT.Distribution: (DCAT.Distribution, (DCTERMS["format"], DCAT.accessURL, DCTERMS.license)),
    DCATAPIT.Agent: (FOAF.Agent, (DCTERMS.identifier, FOAF.name)),
    DCATAPIT.LicenseDocument: (DCTERMS.LicenseDocument, (DCTERMS.type, FOAF.name)),
}
# Terms whose values are things, never texts; and what those of the European lists begin with.
LINKS = {
    DCTERMS.publisher: "",
    DCTERMS.rightsHolder: "",
    DCTERMS.license: "",
    DCAT.dataset: "",
    DCAT.distribution: "",
    DCAT.accessURL: "",
    DCAT.downloadURL: "",
    DCAT.landingPage: "",
    DCAT.theme: f"{EU}/data-theme/",
    DCTERMS.accrualPeriodicity: f"{EU}/frequency/",
    DCTERMS.language: f"{EU}/language/",
    DCTERMS["format"]: f"{EU}/file-type/",
}


def offences(graph: Graph) -> list[str]:
    """What DCAT-AP_IT would not accept of a catalogue: something missing, untyped, or a text for a link."""
    found = []
    for kind, (plain, terms) in MANDATORY.items():
        nodes = set(graph.subjects(RDF.type, kind))
        found += [] if nodes else [f"no {kind}"]
        for node in nodes:
            found += [] if (node, RDF.type, plain) in graph else [f"{node} is no {plain}"]
            found += [f"{node} has no {term}" for term in terms if (node, term, None) not in graph]
    for term, start in LINKS.items():
        for node, value in graph.subject_objects(term):
            if not (isinstance(value, URIRef) and value.startswith(start)):
                found.append(f"{node}: {term} is {value!r}")
    return sorted(found)


def catalogue(site: str, publisher: str, identifier: str, modified: dict[bool, datetime | None]) -> Graph:
    """The catalogue of the portal at `site`.

    `publisher` and `identifier` (IPA code) name the body in charge; `modified` tells when the live datasets
    (False) and the national export (True) last changed.
    """
    graph = Graph()
    for prefix, space in (("dcatapit", DCATAPIT), ("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF)):
        graph.bind(prefix, space)
    home, body = URIRef(f"{site}/dati/"), URIRef(f"{site}/#ente")
    _agent(graph, body, publisher, identifier)
    _licence(graph)
    for kind in (DCAT.Catalog, DCATAPIT.Catalog):
        graph.add((home, RDF.type, kind))
    _words(
        graph,
        home,
        DCTERMS.title,
        ("Dati aperti dell’Osservatorio Smart City", "Open data of the Osservatorio Smart City"),
    )
    about = (
        "Progetti smart city dei Comuni italiani, in formato aperto.",
        "Smart-city projects of Italian municipalities, in open formats.",
    )
    _words(graph, home, DCTERMS.description, about)
    graph.add((home, DCTERMS.publisher, body))
    graph.add((home, FOAF.homepage, URIRef(f"{site}/")))
    graph.add((home, DCTERMS.language, URIRef(f"{EU}/language/ITA")))
    graph.add((home, DCAT.themeTaxonomy, URIRef(f"{EU}/data-theme")))
    _moment(graph, home, modified[False])
    for dataset in DATASETS:
        moment = modified[dataset.slug == NATIONAL]
        # What has not been written yet has no files, and is not offered.
        if files := dataset.files():
            node = _dataset(graph, home, body, dataset, f"{identifier}:{dataset.slug}", moment)
            graph.add((home, DCAT.dataset, node))
            for file in files:
                graph.add((node, DCAT.distribution, _distribution(graph, home, dataset, file)))
    return graph


def _agent(graph: Graph, body: URIRef, name: str, identifier: str) -> None:
    for kind in (FOAF.Agent, DCATAPIT.Agent):
        graph.add((body, RDF.type, kind))
    graph.add((body, FOAF.name, Literal(name, lang="it")))
    graph.add((body, DCTERMS.identifier, Literal(identifier)))


def _licence(graph: Graph) -> None:
    licence = URIRef(LICENCE_URL)
    graph.add((licence, RDF.type, DCATAPIT.LicenseDocument))
    graph.add((licence, RDF.type, DCTERMS.LicenseDocument))
    graph.add((licence, FOAF.name, Literal(LICENCE)))
    graph.add((licence, DCTERMS.type, URIRef(LICENCE_TYPE)))


def _dataset(
    graph: Graph, home: URIRef, body: URIRef, dataset: Dataset, identifier: str, modified: datetime | None
) -> URIRef:
    node = URIRef(f"{home}#{dataset.slug}")
    for kind in (DCAT.Dataset, DCATAPIT.Dataset):
        graph.add((node, RDF.type, kind))
    graph.add((node, DCTERMS.identifier, Literal(identifier)))
    _words(graph, node, DCTERMS.title, dataset.title)
    _words(graph, node, DCTERMS.description, dataset.about)
    for pair in dataset.keywords:
        _words(graph, node, DCAT.keyword, pair)
    for theme in dataset.themes:
        graph.add((node, DCAT.theme, URIRef(f"{EU}/data-theme/{theme}")))
    graph.add((node, DCTERMS.rightsHolder, body))
    graph.add((node, DCTERMS.publisher, body))
    frequency = FREQUENCIES[dataset.slug == NATIONAL]
    graph.add((node, DCTERMS.accrualPeriodicity, URIRef(f"{EU}/frequency/{frequency}")))
    graph.add((node, DCTERMS.language, URIRef(f"{EU}/language/ITA")))
    graph.add((node, DCAT.landingPage, home))
    _moment(graph, node, modified)
    return node


def _distribution(graph: Graph, home: URIRef, dataset: Dataset, file: File) -> URIRef:
    node = URIRef(f"{home}#{dataset.slug}-{file.name}")
    for kind in (DCAT.Distribution, DCATAPIT.Distribution):
        graph.add((node, RDF.type, kind))
    _words(graph, node, DCTERMS.title, tuple(f"{title} ({file.name})" for title in dataset.title))
    graph.add((node, DCAT.accessURL, URIRef(file.url)))
    graph.add((node, DCAT.downloadURL, URIRef(file.url)))
    graph.add((node, DCTERMS.license, URIRef(LICENCE_URL)))
    kind = FILE_TYPES.get(file.format, "OCTET")
    graph.add((node, DCTERMS["format"], URIRef(f"{EU}/file-type/{kind}")))
    graph.add((node, DCAT.mediaType, Literal(file.media_type)))
    if file.size is not None:
        graph.add((node, DCAT.byteSize, Literal(file.size, datatype=XSD.nonNegativeInteger)))
    if file.sha256:
        graph.add((node, SKOS.note, Literal(f"SHA-256 {file.sha256}")))
    return node


def _words(graph: Graph, node: URIRef, what: URIRef, pair: tuple[str, str]) -> None:
    for language, text in zip(("it", "en"), pair, strict=True):
        graph.add((node, what, Literal(text, lang=language)))


def _moment(graph: Graph, node: URIRef, moment: datetime | None) -> None:
    if moment:
        graph.add((node, DCTERMS.modified, Literal(italian_day(moment).isoformat(), datatype=XSD.date)))
