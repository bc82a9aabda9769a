from cards.models.edition import Edition, Line
from cards.models.index import IndexEntry, IndexLog, IndexVersion
from cards.models.record import CodeCounter

__all__ = ["CodeCounter", "Edition", "IndexEntry", "IndexLog", "IndexVersion", "Line"]
