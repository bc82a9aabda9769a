from reuse.models.adoption import Adoption, AdoptionStep, OutsidePractice
from reuse.models.assessment import (
    Assessment,
    DemonstrationDocument,
    EvidenceFile,
    RankingRelease,
    Rating,
    Standing,
)

__all__ = [
    "Adoption",
    "AdoptionStep",
    "Assessment",
    "DemonstrationDocument",
    "EvidenceFile",
    "OutsidePractice",
    "RankingRelease",
    "Rating",
    "Standing",
]
