"""Explanation: from a result back to what a reader asks: what stops, when, why, what it does to people."""

from autarky.explanation.answer import Answer, answer
from autarky.explanation.ranges import RangesAnswer, answer_of_draws
from autarky.explanation.variants import OtherChoice, other_choices

__all__ = ["Answer", "OtherChoice", "RangesAnswer", "answer", "answer_of_draws", "other_choices"]
