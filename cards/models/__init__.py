from cards.models.edition import Edition, Line
from cards.models.file import File
from cards.models.index import IndexEntry, IndexLog, IndexVersion
from cards.models.record import CodeCounter, Record

__all__ = ["CodeCounter", "Edition", "File", "IndexEntry", "IndexLog", "IndexVersion", "Line", "Record"]
