"""Units of claims: which are known, what they measure, and how one turns into another of the same kind.

A unit is ``[scale] base [/base ...]``: ``million USD``, ``kt``, ``KPW/kg``, ``thousand t/month``. Two units
convert into each other only if they measure the same thing, part by part: tonnes never become barrels, won
never become dollars, and a share of a total never becomes a change in per cent.
"""

from __future__ import annotations

from dataclasses import dataclass

from autarky.errors import did_you_mean

SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}

# ISO 4217.
_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF",
    "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD",
    "HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD",
    "LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK",
    "PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS",
    "TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW",
)
CURRENCIES = tuple(code for line in _CODES for code in line.split())

# What is measured → its bases, each with its size in the first of them.
_KINDS: dict[str, dict[str, float]] = {
    **{code: {code: 1.0} for code in CURRENCIES},
    "share of a total": {"share": 1.0, "pct of total": 0.01},
    "number": {"ratio": 1.0, "pct": 0.01, "pct points": 0.01},
    "index": {"index": 1.0},
    "mass": {"t": 1.0, "kt": 1e3, "Mt": 1e6, "kg": 1e-3, "g": 1e-6},
    "energy": {
        "GWh": 1.0,
        "TWh": 1e3,
        "MWh": 1e-3,
        "kWh": 1e-6,
        "TJ": 1 / 3.6,
        "PJ": 1e3 / 3.6,
        "GJ": 1e-3 / 3.6,
        "toe": 11.63e-3,  # 41.868 GJ
        "ktoe": 11.63,
        "Mtoe": 11.63e3,
        "kgce": 29.3076e-6 / 3.6,  # a kilogram of coal equivalent is 29.3076 MJ
    },
    "heat of food": {"kcal": 1.0},
    "power": {"MW": 1.0, "GW": 1e3, "kW": 1e-3},
    "volume of oil": {"bbl": 1.0},
    "volume": {"m3": 1.0, "l": 1e-3},
    "area": {"ha": 1.0, "km2": 100.0, "m2": 1e-4, "pyeong": 400 / 121 * 1e-4},
    "length": {"km": 1.0, "m": 1e-3, "mm": 1e-6},
    "time": {"day": 1.0, "week": 7.0, "hour": 1 / 24},
    "calendar time": {"year": 1.0, "month": 1 / 12},
    "people": {"person": 1.0},
    "things": {"count": 1.0},
}
_BASES = {base: (kind, size) for kind, bases in _KINDS.items() for base, size in bases.items()}

MOST = {"share": 1.0, "pct of total": 100.0}
"""Units of which nothing can be more than the whole."""


@dataclass(frozen=True)
class Unit:
    """A unit taken apart: what it measures, numerator first, and its size in the first base of each kind."""

    kinds: tuple[str, ...]
    size: float


def parse_unit(text: str) -> Unit:
    """The unit that a text names.

    Raises
    ------
    ValueError
        If there is no such unit; the message is ``what; remedy``, the nearest known ones offered.
    """
    first, *others = text.split("/")
    scale, _, scaled = first.partition(" ")
    size = SCALES.get(scale) if scaled else None
    bases = [scaled if size is not None else first, *others]
    kinds, total = [], size if size is not None else 1.0
    for position, base in enumerate(bases):
        if base not in _BASES:
            raise ValueError(f"is {text!r}, an unknown unit; {_remedy(text, base)}")
        kind, factor = _BASES[base]
        kinds.append(kind)
        total = total / factor if position else total * factor
    if size is not None and bases[0] in MOST:
        raise ValueError(f"is {text!r}; a share takes no scale: write share or pct of total")
    return Unit((kinds[0], *sorted(kinds[1:])), total)


def conversion(unit: str, into: str) -> float | None:
    """The factor from ``unit`` into the unit ``into``; None if they measure different things."""
    if unit == into:
        return 1.0
    one, other = parse_unit(unit), parse_unit(into)
    return one.size / other.size if one.kinds == other.kinds else None


def _remedy(text: str, base: str) -> str:
    # Among so many currencies any longer word is near one of them.
    is_short = len(text.split(" ")[-1]) <= 4
    others = [name for name in _BASES if name not in CURRENCIES or is_short]
    scaled = [f"{scale} {name}" for scale in SCALES for name in others if name not in MOST]
    near = did_you_mean(text, [*others, *scaled])
    if not near.startswith("did you mean"):
        near = did_you_mean(base, others)
    if near.startswith("did you mean"):
        return near
    listed = ", ".join(name for name in _BASES if name not in CURRENCIES)
    return f"write [thousand|million|billion|trillion] and a currency such as USD, or {listed}; / for per"
