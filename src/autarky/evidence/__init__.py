"""Evidence: claims with their sources and grades, and what several claims on one figure come to."""

from autarky.evidence.claim import Claim, ClaimKind, Evidence, Source
from autarky.evidence.resolve import Each, Figure, Prefer, Preference, Range, Resolve, resolve

__all__ = [
    "Claim",
    "ClaimKind",
    "Each",
    "Evidence",
    "Figure",
    "Prefer",
    "Preference",
    "Range",
    "Resolve",
    "Source",
    "resolve",
]
