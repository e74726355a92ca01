"""Sentences: what was said, by whom and where, and whether a model could represent it at all."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from autarky.declared import Declared, Name
from autarky.evidence.claim import checked_quote

Representable = Literal["yes", "partly", "no"]


class Sentence(Declared):
    """A sentence from a document, with who says it. Tests see its document, never its speaker or stance."""

    id: Name
    """Unique in its file; the key under which a rule is kept."""
    document: Name
    """Short name of the document; claims of the source ``doc-<document>`` are the sentence itself."""
    quote: Name
    """The words, at most 20."""
    speaker: Name
    """Who says it."""
    stance: Name
    """On whose side the speaker stands: state, citizen, outlet, advocate …"""
    date: Name
    """When it was said, as the document gives it."""
    kind: Name
    """What it is: input, mechanism, outcome or norm."""
    representable: Representable
    """Whether a model of flows can represent it: yes, partly or no."""

    @field_validator("quote")
    @classmethod
    def _short(cls, quote: str) -> str:
        return checked_quote(quote)
