"""Probe the links of reuse kits, a bounded number a run, one host at a time. To be run every night."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from cards.models import Edition
from cards.vocabulary.lists import DocumentType
from lib.links import actions
from lib.links.models import LinkCheck
from lib.links.probe import AddressPolicy, probe
from reuse.actions import refresh
from reuse.models import DemonstrationDocument

PAUSE = 1.0


class Command(BaseCommand):
    help = "Controlla i collegamenti dei kit per il riuso, i meno recenti per primi."
    # Which addresses may be requested; seconds between requests to one host. Tests replace both.
    policy, pause = AddressPolicy(), PAUSE

    def add_arguments(self, parser):
        parser.add_argument("--limit", type=int, default=200, help="quanti collegamenti al massimo")
        parser.add_argument(
            "--days", type=int, default=7, help="non riguarda chi è stato visto da meno giorni"
        )

    def handle(self, *, limit, days, **options):
        agent = f"OsservatorioSmartCity/1.0 (+{settings.SITE_URL})"
        records = links_of_kits()
        selected = due(records, timezone.now() - timedelta(days=days))[:limit]
        counts: dict[str, int] = {}
        affected, last = set(), {}
        for url in selected:
            self._wait_for(urlsplit(url).hostname or "", last)
            result = probe(url, agent=agent, policy=self.policy)
            outcome = {"state": result.state, "status_code": result.status_code, "detail": result.detail}
            state = actions.note_link(url, **outcome, at=timezone.now()).state
            counts[state] = counts.get(state, 0) + 1
            affected |= records[url]
        if affected:
            refresh.refresh_standing(affected)
        summary = ", ".join(f"{LinkCheck.State(state).label}: {n}" for state, n in sorted(counts.items()))
        self.stdout.write(f"Collegamenti controllati: {len(selected)}. {summary}".strip())

    def _wait_for(self, host: str, last: dict[str, float]) -> None:
        if host in last:
            time.sleep(max(0.0, self.pause - (time.monotonic() - last[host])))
        last[host] = time.monotonic()


def links_of_kits() -> dict[str, set[int]]:
    """`{url: records}` of the typed links that current editions show, and of demonstrations where visible."""
    links: dict[str, set[int]] = {}
    editions = Edition.objects.current().values_list("record", "document")
    for record, document in editions.iterator(chunk_size=500):
        for row in orjson.loads(document)["documents"]:
            if row["url"] and row["type"] != DocumentType.IMAGE:
                links.setdefault(row["url"], set()).add(record)
    demonstrations = DemonstrationDocument.objects.visible().exclude(url="")
    for url, record in demonstrations.values_list("url", "record"):
        links.setdefault(url, set()).add(record)
    return links


def due(urls: Iterable[str], before: datetime) -> list[str]:
    """The links not probed since `before`: never probed first, then the oldest, then by address."""
    checked_at = dict(LinkCheck.objects.filter(url__in=list(urls)).values_list("url", "checked_at"))
    stale = [url for url in urls if url not in checked_at or checked_at[url] < before]
    return sorted(stale, key=lambda url: (checked_at[url].timestamp() if url in checked_at else 0.0, url))
