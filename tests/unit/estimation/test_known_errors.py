"""The errors of the method on known countries come with the package and say themselves in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from autarky.errors import SourceError
from autarky.estimation.known_errors import HEADER, TrialSummary, known_errors, percent, read_trials


def test_three_countries_were_tried_and_the_figures_are_possible() -> None:
    found = known_errors()
    assert [one.country for one in found] == ["China 1995", "Indonesia 2014", "Korea 2014"]
    for one in found:
        assert 0 < one.coefficient_error < 1
        assert 0 < one.coverage <= 1 and 0 < one.within_factor_two <= 1
        assert one.multiplier_low <= one.multiplier_estimated <= one.multiplier_high
        assert 0.5 < one.essential_loss_true < 0.8
        assert f"truth {one.multiplier_true:.3f}" in one.sentence()
        assert "-0.0%" not in one.sentence()


def test_the_docs_print_the_trials_as_they_are() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "formats" / "donors.md").read_text()
    found = known_errors()

    def row(*cells: str) -> str:
        return " | ".join(cells).replace("%", " %") + " |\n"

    def pair(name: str, one: TrialSummary) -> str:
        return f"{percent(getattr(one, f'{name}_estimated'))} ({percent(getattr(one, f'{name}_true'))})"

    for name in ("coefficient_error", "donor_coefficient_error", "within_factor_two", "coverage"):
        assert row(*(percent(getattr(one, name), 0) for one in found)) in page, name
    multipliers = (f"{one.multiplier_estimated:.3f} ({one.multiplier_true:.3f})" for one in found)
    assert row(*multipliers) in page
    for name in ("essential_loss", "replaceable_loss", "replaceable_shortage"):
        assert row(*(pair(name, one) for one in found)) in page, name


def test_percent_of_next_to_nothing_has_no_sign() -> None:
    assert percent(-0.0001) == "0.0%"
    assert percent(-0.012) == "-1.2%"
    assert percent(0.876, 0) == "88%"


def test_a_wrong_file_of_trials_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    path.write_text(",".join(HEADER) + "\nChina,India" + ",x" * (len(HEADER) - 2) + "\n")
    with pytest.raises(SourceError) as caught:
        read_trials(path)
    assert len(caught.value.problems) == len(HEADER) - 2
    path.write_text("country\nChina\n")
    with pytest.raises(SourceError, match="has the columns country"):
        read_trials(path)
