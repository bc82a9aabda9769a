from lib.audit import Entry

__all__ = ["Entry"]
