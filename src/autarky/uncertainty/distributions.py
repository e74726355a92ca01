"""Distributions: what may be said of an uncertain number, each with its exact quantile function.

A draw is a point u between 0 and 1; the quantile function (inverse cumulative distribution) makes it a value.
The models are the file format: the docstring under a field is its help text in editors and docs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator
from scipy import special

from autarky.declared import Declared, Name

Floats = npt.NDArray[np.float64]

NEAREST = 2.0**-31
"""No point lies nearer to 0 or 1 than this: half a step of a Sobol sequence of 30 bits."""
SMALLEST_SHAPE = 0.05
"""Smallest concentration × mean share of a Dirichlet distribution; below, its gamma quantiles underflow."""

Value = bool | int | float | Annotated[str, Field(min_length=1, max_length=200)]
"""What an option may stand for: a number, true or false, a word of the study format, a table's name."""


class Uniform(Declared):
    """Every value between two limits is as likely: ``low + u·(high − low)``."""

    kind: Literal["uniform"] = "uniform"
    low: float
    """Lowest value."""
    high: float
    """Highest value."""

    @model_validator(mode="after")
    def _in_order(self) -> Uniform:
        _refuse_unordered(self.low, self.high)
        return self

    def quantile(self, u: Floats) -> Floats:
        """Value at each point, same shape as ``u``."""
        return self.low + u * (self.high - self.low)

    def in_words(self) -> str:
        """``uniform 0–0.2``."""
        return f"uniform {_range(self.low, self.high)}"


class Triangular(Declared):
    """Density rises in a straight line from ``low`` to ``mode`` and falls to ``high``."""

    kind: Literal["triangular"] = "triangular"
    low: float
    """Lowest value."""
    mode: float
    """Most likely value."""
    high: float
    """Highest value."""

    @model_validator(mode="after")
    def _in_order(self) -> Triangular:
        _refuse_unordered(self.low, self.high)
        if not self.low <= self.mode <= self.high:
            raise ValueError(
                f"has its mode {self.mode:g} outside {self.low:g} to {self.high:g}; move one of them"
            )
        return self

    def quantile(self, u: Floats) -> Floats:
        """``low + √(u·(high−low)·(mode−low))`` up to the mode, mirrored above it; same shape as ``u``."""
        width = self.high - self.low
        rising = self.low + np.sqrt(u * width * (self.mode - self.low))
        falling = self.high - np.sqrt((1.0 - u) * width * (self.high - self.mode))
        return np.where(u * width < self.mode - self.low, rising, falling)

    def in_words(self) -> str:
        """``triangular 15–30–60``."""
        return f"triangular {_range(self.low, self.mode, self.high)}"


class Normal(Declared):
    """Normal distribution, cut off below ``low`` and above ``high`` where they are given."""

    kind: Literal["normal"] = "normal"
    mean: float
    """Mean before cutting off."""
    sd: Annotated[float, Field(gt=0)]
    """Standard deviation before cutting off."""
    low: float | None = None
    """Nothing below this; unlimited if left out."""
    high: float | None = None
    """Nothing above this; unlimited if left out."""

    @model_validator(mode="after")
    def _not_empty(self) -> Normal:
        if self.low is not None and self.high is not None:
            _refuse_unordered(self.low, self.high)
        _refuse_empty(*self._cut)
        return self

    @cached_property
    def _cut(self) -> tuple[float, float]:
        """The limits in standard deviations."""
        return _standard(self.low, self.mean, self.sd, -1), _standard(self.high, self.mean, self.sd, 1)

    def quantile(self, u: Floats) -> Floats:
        """``mean + sd·Φ⁻¹(Φ(a) + u·(Φ(b) − Φ(a)))`` with a, b the limits in standard deviations."""
        values = self.mean + self.sd * _truncated_normal(u, *self._cut)
        return np.clip(values, self.low, self.high) if (self.low, self.high) != (None, None) else values

    def in_words(self) -> str:
        """``normal 30, sd 5, from 0``."""
        return f"normal {_number(self.mean)}, sd {self.sd:g}" + _limits(self.low, self.high)


class Lognormal(Declared):
    """Its logarithm is normal. Give ``median`` and ``spread``, or ``low`` and ``high``; may be cut off."""

    kind: Literal["lognormal"] = "lognormal"
    median: Annotated[float, Field(gt=0)] | None = None
    """Half of all values lie below. With spread."""
    spread: Annotated[float, Field(gt=1)] | None = None
    """Geometric standard deviation: two thirds lie between median / spread and median × spread."""
    low: Annotated[float, Field(gt=0)] | None = None
    """Lower end of the central range; the median is √(low·high). With high."""
    high: Annotated[float, Field(gt=0)] | None = None
    """Upper end of the central range."""
    probability: Annotated[float, Field(gt=0, lt=1)] = 0.95
    """Probability of the central range from low to high."""
    at_least: Annotated[float, Field(gt=0)] | None = None
    """Nothing below this; 0 if left out."""
    at_most: Annotated[float, Field(gt=0)] | None = None
    """Nothing above this; unlimited if left out."""

    @model_validator(mode="after")
    def _complete(self) -> Lognormal:
        by_spread = (self.median is not None, self.spread is not None)
        by_range = (self.low is not None, self.high is not None)
        if (by_spread, by_range) not in (((True, True), (False, False)), ((False, False), (True, True))):
            raise ValueError("needs median and spread, or low and high; give one of the two pairs")
        if self.low is not None and self.high is not None:
            _refuse_unordered(self.low, self.high)
        if self.at_least is not None and self.at_most is not None and self.at_least >= self.at_most:
            raise ValueError(f"has at_least {self.at_least:g} not below at_most {self.at_most:g}; swap them")
        _refuse_empty(*self._cut)
        return self

    @cached_property
    def _logarithm(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm."""
        if self.low is not None and self.high is not None:
            width = float(special.ndtri((1.0 + self.probability) / 2.0))
            return math.log(self.low * self.high) / 2.0, math.log(self.high / self.low) / (2.0 * width)
        assert self.median is not None and self.spread is not None
        return math.log(self.median), math.log(self.spread)

    @cached_property
    def _cut(self) -> tuple[float, float]:
        mean, sd = self._logarithm
        low = None if self.at_least is None else math.log(self.at_least)
        high = None if self.at_most is None else math.log(self.at_most)
        return _standard(low, mean, sd, -1), _standard(high, mean, sd, 1)

    def quantile(self, u: Floats) -> Floats:
        """The exponential of a normal's quantile, same shape as ``u``."""
        mean, sd = self._logarithm
        values = np.exp(mean + sd * _truncated_normal(u, *self._cut))
        limited = (self.at_least, self.at_most) != (None, None)
        return np.clip(values, self.at_least, self.at_most) if limited else values

    def in_words(self) -> str:
        """``lognormal, median 30, geometric sd 1.5``."""
        if self.low is not None and self.high is not None:
            words = f"lognormal, {self.probability:.0%} in {_range(self.low, self.high)}"
        else:
            words = f"lognormal, median {self.median:g}, geometric sd {self.spread:g}"
        return words + _limits(self.at_least, self.at_most)


class Option(Declared):
    """A value that a choice may take, and who says so."""

    value: Value
    """A number, true or false, a word such as critical, or a table's name."""
    source: Annotated[str, Field(max_length=10_000)] = ""
    """Who says so; may be left out."""


class WeightedOption(Option):
    """One of the values that a choice may take, drawn by its weight."""

    weight: Annotated[float, Field(gt=0)] = 1.0
    """How often it is drawn, relative to the others."""


class SourcedOption(Option):
    """What one source says."""

    source: Annotated[str, Field(min_length=1, max_length=10_000)]
    """Who says so."""


class Discrete(Declared):
    """One of several values, drawn by weight; a value is the position of its option, from 0."""

    kind: Literal["discrete"] = "discrete"
    of: tuple[WeightedOption, ...]
    """The options, each with value, weight and source. A rank correlation takes them in this order."""

    @model_validator(mode="after")
    def _several(self) -> Discrete:
        _refuse_single(len(self.of))
        return self

    def quantile(self, u: Floats) -> Floats:
        """Position of the option at each point, a whole number, same shape as ``u``."""
        weights = np.cumsum([option.weight for option in self.of])
        return np.minimum(np.searchsorted(weights / weights[-1], u, side="right"), len(self.of) - 1) * 1.0

    def in_words(self) -> str:
        """``one of critical (67%), leontief (33%)``."""
        whole = sum(option.weight for option in self.of)
        said = [f"{label(option.value)} ({option.weight / whole:.0%})" for option in self.of]
        return "one of " + ", ".join(said)


class Each(Declared):
    """Sources that disagree: no draw and no average, but every source's value with a full set of draws."""

    kind: Literal["each"] = "each"
    of: tuple[SourcedOption, ...]
    """What each source says: value and source."""

    @model_validator(mode="after")
    def _several(self) -> Each:
        _refuse_single(len(self.of))
        return self

    def quantile(self, u: Floats) -> Floats:
        """Position of the source at each point if the unit interval is cut evenly; same shape as ``u``."""
        return np.floor(u * len(self.of))

    def in_words(self) -> str:
        """``each source in turn: 15, 30``."""
        return "each source in turn: " + ", ".join(label(option.value) for option in self.of)


class TableDraws(Declared):
    """One of the draws of an estimated table, all equally likely; a value is the position of its draw."""

    kind: Literal["draws"] = "draws"
    table: Name
    """Name of an embedded table, or a path that counts from the study file, that comes with draws."""
    number: Annotated[int, Field(ge=2, le=1000)]
    """How many of its draws, from the first: NAME#0, NAME#1 … With fewer than some twenty runs to each, what
    tells draws apart is mostly what else was drawn with them."""

    @property
    def of(self) -> tuple[WeightedOption, ...]:
        """The draws as options of a choice: ``north-korea-2019#0`` …"""
        return tuple(WeightedOption(value=f"{self.table}#{k}") for k in range(self.number))

    def quantile(self, u: Floats) -> Floats:
        """Position of the draw at each point, a whole number, same shape as ``u``."""
        return np.minimum(np.floor(u * self.number), self.number - 1.0)

    def in_words(self) -> str:
        """``one of 24 draws of north-korea-2019``."""
        return f"one of {self.number} draws of {self.table}"


class Dirichlet(Declared):
    """Shares that add to 1: gamma variables of shape ``concentration × share``, divided by their sum."""

    kind: Literal["dirichlet"] = "dirichlet"
    shares: dict[Name, Annotated[float, Field(gt=0, lt=1)]]
    """Name → mean share. They add to 1."""
    concentration: Annotated[float, Field(gt=0, le=1e9)]
    """How close draws stay to the mean: a share's variance is share·(1 − share) / (concentration + 1)."""

    @model_validator(mode="after")
    def _whole(self) -> Dirichlet:
        _refuse_single(len(self.shares))
        if abs(whole := math.fsum(self.shares.values()) - 1.0) > 1e-9:
            raise ValueError(f"has shares that add to {1.0 + whole:.10g}; make them add to 1")
        least = min(self.shares, key=lambda name: self.shares[name])
        if self.concentration * self.shares[least] < SMALLEST_SHAPE:
            needed = SMALLEST_SHAPE / self.shares[least]
            raise ValueError(
                f"has concentration {self.concentration:g}, too small for the share of {least!r}; "
                f"give at least {needed:.3g}, or leave that share out"
            )
        return self

    def quantile(self, u: Floats) -> Floats:
        """Shares for points ``u`` of shape (…, number of shares): every row adds to 1."""
        shape = self.concentration * np.array(list(self.shares.values()))
        gamma = special.gammaincinv(shape, u)
        return np.asarray(gamma / gamma.sum(axis=-1, keepdims=True), dtype=np.float64)

    def in_words(self) -> str:
        """``Dirichlet around CHN 0.6, RUS 0.4, concentration 20``."""
        means = ", ".join(f"{name} {share:.3g}" for name, share in self.shares.items())
        return f"Dirichlet around {means}, concentration {self.concentration:g}"


Scalar = Uniform | Triangular | Normal | Lognormal
"""Distributions of one number."""
Choice = Discrete | Each | TableDraws
"""Distributions of one out of several values."""
Distribution = Annotated[
    Uniform | Triangular | Normal | Lognormal | Discrete | Each | TableDraws | Dirichlet,
    Field(discriminator="kind"),
]


def options_of(distribution: Distribution) -> tuple[Option, ...]:
    """The options of a choice; none of another kind."""
    return distribution.of if isinstance(distribution, Choice) else ()


def label(value: Value) -> str:
    """A value as a study writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"{value:g}"


def trials(distribution: Scalar | Choice) -> Mapping[str, Value]:
    """Values that stand for all: both ends of what can be drawn and the median, or every option."""
    if isinstance(distribution, Choice):
        return {f"option {k + 1}": option.value for k, option in enumerate(distribution.of)}
    ends = distribution.quantile(np.array([NEAREST, 0.5, 1.0 - NEAREST]))
    return dict(zip(("the lower end", "the median", "the upper end"), map(float, ends), strict=True))


def _truncated_normal(u: Floats, a: float, b: float) -> Floats:
    below, above = special.ndtr(a), special.ndtr(b)
    return np.asarray(special.ndtri(below + u * (above - below)), dtype=np.float64)


def _standard(limit: float | None, mean: float, sd: float, side: int) -> float:
    """A limit in standard deviations from the mean; infinite where there is none."""
    return side * math.inf if limit is None else (limit - mean) / sd


def _refuse_unordered(low: float, high: float) -> None:
    if low >= high:
        raise ValueError(f"has low {low:g} not below high {high:g}; swap or change them")


def _refuse_empty(a: float, b: float) -> None:
    # Also where Φ is too near to 1 to tell values apart.
    if special.ndtr(b) - special.ndtr(a) < 1e-6:
        raise ValueError("has next to nothing of itself between its limits; widen them or move the centre")


def _refuse_single(options: int) -> None:
    if options < 2:
        raise ValueError("needs at least two options; a single value belongs into the scenario")


def _number(number: float) -> str:
    return f"{number:g}".replace("-", "−")


def _range(*numbers: float) -> str:
    return ("–" if min(numbers) >= 0 else " to ").join(map(_number, numbers))


def _limits(low: float | None, high: float | None) -> str:
    from_low = "" if low is None else f", from {_number(low)}"
    return from_low + ("" if high is None else f", up to {_number(high)}")
