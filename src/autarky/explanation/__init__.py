"""Explanation: from a result back to what a reader asks: what stops, when, why, what it does to people."""

from autarky.explanation.answer import Answer, answer

__all__ = ["Answer", "answer"]
