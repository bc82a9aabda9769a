from municipalities.models.organisation import Organisation
from municipalities.models.territory import Territory, TerritoryBoundary, TerritoryChange, TerritoryCode

__all__ = ["Organisation", "Territory", "TerritoryBoundary", "TerritoryChange", "TerritoryCode"]
