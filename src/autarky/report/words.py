"""Words: what the words of a report mean, for a reader who meets them first on its page."""

from __future__ import annotations

from autarky.report.markup import Markup, element
from autarky.report.tables import folded

MEANINGS = (
    ("base", "what was made, bought or received on a day of the base year: a 365th of the year"),
    ("shock", "something that happens from outside, as the study declares it: a cut of trade, a bad harvest"),
    ("falls, stops", "output is below 90 % of base; below half of base"),
    ("need", "of households, {need}"),
    ("GDP", "value added, counted at what each industry added per unit of output in the base year"),
    ("import gate", "a product bought from one partner abroad"),
    ("essential, important", "an input without which nothing is made; one whose lack lowers output in part"),
    ("importance", "the share of a lack of an important input that is lost in output, from 0 to 1"),
    ("competitive", "of an import: home goods can replace it; of a non-competitive one they cannot"),
    ("pass-through", "the share of a recorded change of trade that takes effect; the rest went unrecorded"),
    ("rationing", "who is served when there is too little: everybody by the same share, or some first"),
    ("chain of causes", "the way from a loss back to the cut, with the share of the loss on each arrow"),
    ("keep first", "imports ranked by the loss that is averted if they go on while the rest is cut"),
    ("draw", "one run with a value drawn for each thing that is not known; an ensemble is many of them"),
    ("median, 5 to 95 %", "half of the draws are lower; nine tenths lie between"),
    ("assumption", "a value without a source: chosen, and named as chosen"),
)
"""Word and meaning, in the order in which a page needs them; ``{need}`` differs between pages."""


def words_of_the_page(need: str) -> Markup:
    """The glossary of a page, folded; ``need``: what counts as a need there."""
    entries = [(element("dt", word), element("dd", meaning.format(need=need))) for word, meaning in MEANINGS]
    return folded("What the words mean", element("dl", entries))
