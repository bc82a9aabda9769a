from lib.audit import Entry
from lib.content_version import ContentVersion
from lib.links.models import LinkCheck
from lib.rates import RateCount

__all__ = ["ContentVersion", "Entry", "LinkCheck", "RateCount"]
