from cards.models.edition import Card, CardLine
from cards.models.index import IndexEntry, IndexLog, IndexVersion
from cards.models.record import CodeCounter

__all__ = ["Card", "CardLine", "CodeCounter", "IndexEntry", "IndexLog", "IndexVersion"]
