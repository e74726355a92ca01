"""Claim files: read as they are, or refused with every problem at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from autarky.errors import EvidenceError, InputError
from autarky.evidence import Evidence, evidence_folder, packaged_evidence, read_evidence
from wrong_claims import CLAIMS, SOURCES, WRONG_CLAIMS, YAML, WrongClaims, generated


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


def test_yaml_and_csv_say_the_same(tmp_path: Path) -> None:
    written(tmp_path, claims_yaml=YAML, claims_csv=CLAIMS, sources_csv=SOURCES)
    yaml, table = read_evidence(tmp_path / "claims.yaml"), read_evidence(tmp_path / "claims.csv")
    assert [claim.model_copy(update={"method": "", "note": ""}) for claim in table.claims] == list(
        yaml.claims
    )
    assert dict(table.sources) == dict(yaml.sources)
    assert read_evidence(tmp_path).claims == table.claims


def test_files_are_read_in_order_and_share_their_sources(tmp_path: Path) -> None:
    more = YAML[: YAML.index("sources:")] + (
        "claims:\n  - {id: more, figure: food / fish, value: 0.7, unit: Mt, as_of: '2018', source: office,"
        " kind: survey, reliability: A, credibility: 2}\n"
    )
    written(tmp_path, claims_yaml=YAML, more_yaml=more)
    both = read_evidence([tmp_path / "more.yaml", tmp_path / "claims.yaml"])
    assert [claim.id for claim in both.claims] == ["more", "grain-office", "grain-survey", "farms"]
    assert both.cite(both.claim("more")) == "Statistics Office (2020): Yearbook."


def test_one_source_in_two_files_must_be_the_same(tmp_path: Path) -> None:
    other = YAML.replace("id: ", "id: other-")
    written(tmp_path, claims_yaml=YAML, same_yaml=other, different_yaml=other.replace("Yearbook", "Almanac"))
    assert len(read_evidence([tmp_path / "claims.yaml", tmp_path / "same.yaml"]).claims) == 6
    with pytest.raises(EvidenceError, match="'office' stands twice, and not the same"):
        read_evidence([tmp_path / "claims.yaml", tmp_path / "different.yaml"])


@pytest.mark.parametrize("wrong", WRONG_CLAIMS, ids=[wrong.name for wrong in WRONG_CLAIMS])
def test_a_wrong_claim_file_is_told_by_place_value_and_remedy(
    wrong: WrongClaims, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong.make(tmp_path)
    with pytest.raises(InputError) as told:
        read_evidence(next(iter(wrong.files)))
    lines = str(told.value).splitlines()
    assert len(lines) == len(wrong.problems), lines
    for line, (place, *parts) in zip(lines, wrong.problems, strict=True):
        assert line.startswith(f"{place}: "), line
        assert " — " in line
        assert all(part in line for part in parts), line


@pytest.mark.parametrize("seed", range(60))
def test_a_bad_cell_anywhere_is_named_by_row_and_column(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = generated(seed)
    wrong.make(tmp_path)
    with pytest.raises(EvidenceError) as told:
        read_evidence("claims.csv")
    (problem,) = told.value.problems
    assert problem.place == wrong.problems[0][0]


def test_problems_of_all_files_are_told_together(tmp_path: Path) -> None:
    written(
        tmp_path,
        claims_yaml=YAML.replace("unit: Mt", "unit: MT"),
        claims_csv=CLAIMS.replace(",Mt,", ",MMt,").replace("id,", "id,", 1),
        sources_csv=SOURCES.replace("Statistics Office", ""),
    )
    with pytest.raises(EvidenceError) as told:
        read_evidence([tmp_path / "claims.yaml", tmp_path / "claims.csv", tmp_path / "none.csv"])
    places = [problem.place.removeprefix(f"{tmp_path}/") for problem in told.value.problems]
    assert places[0] == "claims.yaml:11:11"
    assert any(place.startswith("sources.csv, line 2") for place in places)
    assert any(place.startswith("claims.csv, line 2") and "'unit'" in place for place in places)
    assert any(place == "none.csv" for place in places)


def test_many_problems_are_counted_after_the_first_fifty(tmp_path: Path) -> None:
    row = "{},food / grain,1,,,lumps,2019,office,survey,,A,2,,\n"
    rows = "".join(row.format(f"c{number}") for number in range(200))
    written(tmp_path, claims_csv=CLAIMS.splitlines()[0] + "\n" + rows, sources_csv=SOURCES)
    with pytest.raises(EvidenceError) as told:
        read_evidence(tmp_path)
    assert len(told.value.problems) == 51
    assert told.value.problems[-1].what == "and 150 more problems"


def test_a_missing_file_offers_the_nearest(tmp_path: Path) -> None:
    written(tmp_path, claims_csv=CLAIMS, claims_yaml=YAML)
    with pytest.raises(EvidenceError, match=r"claim\.csv: no such file — did you mean 'claims.csv'"):
        read_evidence(tmp_path / "claim.csv")
    with pytest.raises(EvidenceError, match=r"claim\.yaml: no such file — did you mean 'claims.yaml'"):
        read_evidence(tmp_path / "claim.yaml")


def test_packaged_claims_read_and_cite_only_what_they_carry() -> None:
    evidence = packaged_evidence("north-korea")
    assert isinstance(evidence, Evidence)
    assert len(evidence.claims) > 900
    sentences = (evidence_folder("north-korea") / "sentences.csv").read_text(encoding="utf-8")
    for key in evidence.sources:
        assert any(claim.source == key for claim in evidence.claims) or key.removeprefix("doc-") in sentences


def test_an_unknown_country_offers_those_there_are() -> None:
    with pytest.raises(EvidenceError, match="did you mean 'north-korea'"):
        packaged_evidence("north-corea")
