"""Names: every code of a result has one that can be printed, whatever kind of result it is."""

from __future__ import annotations

from autarky.explanation.names import Names
from made_results import national_result


def test_needs_of_a_run_have_the_names_that_its_study_gives_them() -> None:
    """An ensemble's needs are products; those of a run that counts households may be spelt like one."""
    result = national_result(days=30)
    counted = result.data.assign_coords({"need": ["food", "C10"]})
    names = Names(type(result)(counted, result.outcome, result.record, result.labels))
    assert names.need_codes == ("food", "C10")
    assert names.needs == ("food", "C10")
