"""Evidence: claims with their sources and grades, and what several claims on one figure come to."""

from autarky.evidence.claim import Claim, ClaimKind, Evidence, Source
from autarky.evidence.packaged import evidence_folder, packaged_evidence
from autarky.evidence.reading import claims_schema, claims_schema_text, read_evidence
from autarky.evidence.resolution import Each, Figure, Prefer, Preference, Range, Resolve, resolve

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
    "claims_schema",
    "claims_schema_text",
    "evidence_folder",
    "packaged_evidence",
    "read_evidence",
    "resolve",
]
