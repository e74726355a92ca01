"""The packaged claims on North Korea: carried byte for byte, cited, and within the years that are carried."""

from __future__ import annotations

import csv
import re
import runpy
from pathlib import Path

import pytest

from architecture.repository import ROOT
from autarky.evidence import Evidence, evidence_folder, packaged_evidence, resolve
from autarky.evidence.period import last_year

SCRIPT = ROOT / "scripts" / "carry_claims.py"
CARRIED = ("claims.csv", "sources.csv", "sentences.csv")
INPUTS = ("trade", "trade item", "china trade by month", "import shock", "petroleum")
RAIN_AND_ORDERS = (
    "power / generation from hydro",
    "power / generation from solar",
    "institution / study sessions per week",
)


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return packaged_evidence("north-korea")


@pytest.fixture(scope="module")
def sentences() -> list[dict[str, str]]:
    with (evidence_folder("north-korea") / "sentences.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_claims_are_carried_byte_for_byte(shared_data: Path, tmp_path: Path) -> None:
    runpy.run_path(str(SCRIPT))["build"](shared_data, tmp_path)
    for name in CARRIED:
        assert (tmp_path / name).read_bytes() == (evidence_folder("north-korea") / name).read_bytes(), name


def test_outcomes_end_in_2020_and_inputs_in_2024(evidence: Evidence) -> None:
    for claim in evidence.claims:
        year = last_year(claim.as_of)
        harvest = claim.figure.startswith("food / ") and (
            claim.figure.endswith(" RDA") or re.search("production|maize|soy|rice", claim.figure)
        )
        is_input = claim.figure.split(" / ")[0] in INPUTS or claim.figure in RAIN_AND_ORDERS or harvest
        assert year is None or year <= (2024 if is_input else 2020), claim.id


def test_every_figure_has_a_source_or_says_how_it_came_about(evidence: Evidence) -> None:
    for claim in evidence.claims:
        source = evidence.sources[claim.source]
        if claim.source in ("derived", "autarky"):
            assert claim.kind in ("derived", "assumption")
            assert claim.note, claim.id
        else:
            assert source.date or source.url or "date of its figure" in source.note, source.key
            assert source.url or "URL not kept" in source.note or source.key.startswith("doc-"), source.key


def test_claims_that_a_note_names_are_there(evidence: Evidence) -> None:
    named = [
        id
        for claim in evidence.claims
        if claim.figure.startswith("conversion rate")
        for id in re.findall(r"\(([a-z0-9-]+-[a-z0-9-]+-[a-z0-9-]+)\)", claim.note)
    ]
    assert len(named) >= 3
    for id in named:
        assert evidence.claim(id).id == id


def test_the_conversion_rate_implied_by_trade_over_gdp_is_what_its_claims_give(evidence: Evidence) -> None:
    """φ = share of trade in GDP × GDP / trade (KEIA: one fifth; Bank of Korea; KOTRA)."""
    share = evidence.claim("gdp-level-2016-trade-to-gdp-keia").value / 100
    gdp = evidence.claim("gdp-level-2016-nominal-gni-bok2016c").value * 1e12
    trade = evidence.claim("trade-2016-kotra-total-bok2016c").value * 1e6
    assert evidence.claim("conversion-2016-keia").value == pytest.approx(share * gdp / trade, rel=1e-3)
    assert evidence.claim("conversion-2016-byk").value == pytest.approx(0.5 * gdp / trade, rel=1e-3)


def test_sectors_of_2019_add_up_to_the_whole(evidence: Evidence) -> None:
    sectors = (
        "agri forestry fishing",
        "mining and manufacturing",
        "electricity gas water",
        "construction",
        "services",
    )
    shares = [resolve(evidence.on(f"gdp share / {sector}", "2019"))[0].value for sector in sectors]
    assert sum(shares) == pytest.approx(100, abs=0.11)


def test_sources_that_disagree_make_a_range(evidence: Evidence) -> None:
    (lost,) = resolve(evidence.on("outcome / manufacturing loss under complete trade cut-off"))
    assert (lost.low, lost.high) == (-45, -43)


def test_printed_spans_and_one_sided_figures_are_ranges(evidence: Evidence) -> None:
    (employed,) = evidence.on("institution / real employment")
    assert employed.range == (31, 62)
    (from_market,) = evidence.on("institution / household income from market refugees")
    assert from_market.range == (70, 100)


def test_the_sentences_are_67_short_and_their_documents_cited(
    evidence: Evidence, sentences: list[dict[str, str]]
) -> None:
    assert [sentence["id"] for sentence in sentences] == [str(number) for number in range(1, 68)]
    assert {sentence["stance"] for sentence in sentences} == {"state", "citizen", "outlet", "advocate"}
    kinds = [sentence["representable"] for sentence in sentences]
    assert (kinds.count("yes"), kinds.count("partly"), kinds.count("no")) == (35, 19, 13)
    for sentence in sentences:
        assert len(sentence["quote"].split()) <= 20
        assert sentence["model_representation"]
        assert f"doc-{sentence['document']}" in evidence.sources
