from municipalities.models.content import ContentVersion, content_token, using_content_token
from municipalities.models.organisation import Organisation
from municipalities.models.protocol import Adhesion, Protocol
from municipalities.models.territory import (
    Territory,
    TerritoryBoundary,
    TerritoryChange,
    TerritoryCode,
)

__all__ = [
    "Adhesion",
    "ContentVersion",
    "Organisation",
    "Protocol",
    "Territory",
    "TerritoryBoundary",
    "TerritoryChange",
    "TerritoryCode",
    "content_token",
    "using_content_token",
]
