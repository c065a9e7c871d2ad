"""A service's own CSV files: what they say arrives, what is not understood is named, nothing is half-written."""

import hashlib
import hmac
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from amble.evaluation.engine import DuckDB
from amble.evaluation.settings.source import SettingsError
from amble.evaluation.snapshot.own_csv.convert import CannotConvert, Written, convert
from amble.instruments.definition import load
from amble.instruments.scoring import score

EPISODES = """
[episodes]
file = "episodes.csv"
constants = { clinic_id = "north" }
[episodes.columns]
episode_id = "id"
patient_id = "pat"
clinician_id = "by"
arm = "arm"
start_date = "start"
age_years = "age"
"""
SCORES = """
[scores]
file = "scores.csv"
columns = { episode_id = "id", measure = "what", instrument = "tool", visit = "when", date = "on", value = "score" }
"""
CSV = {
    "episodes.csv": "id,pat,by,arm,start,age\ne1,p1,k1,etmi,2024-03-01,50\ne2,p2,k2,usual_care,2024-03-02,61\n",
    "scores.csv": "id,what,tool,when,on,score\ne1,pain,nrs,baseline,2024-03-01,6\n",
}


def made(folder: Path, mapping: str = EPISODES + SCORES, **files: str) -> Written:
    for name, text in {**CSV, **{f"{name}.csv": text for name, text in files.items()}}.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "mapping.toml").write_text(mapping, "utf-8")
    with DuckDB(threads=1) as engine:
        return convert(folder / "mapping.toml", folder / "out" / "snapshot", engine)


def rows(folder: Path, table: str) -> list[dict]:
    return pq.read_table(folder / "out" / "snapshot" / f"{table}.parquet").to_pylist()


def refused(folder: Path, mapping: str = EPISODES + SCORES, **files: str) -> list[str]:
    with pytest.raises((CannotConvert, SettingsError)) as caught:
        made(folder, mapping, **files)
    out = folder / "out"
    assert not out.exists() or list(out.iterdir()) == [], "nothing half-written"
    return str(caught.value).splitlines()


def test_a_file_with_our_own_words_needs_no_explanation(tmp_path: Path) -> None:
    assert made(tmp_path) == Written({"episodes": 2, "scores": 1}, {})
    first = rows(tmp_path, "episodes")[0]
    assert (first["arm"], first["start_date"], first["age_years"], first["clinic_id"]) == (
        "etmi",
        date(2024, 3, 1),
        50,
        "north",
    )
    assert (first["sex"], first["depression"], first["deprivation_quintile"]) == (None, None, None)


THEIRS = """
[csv]
delimiter = "|"
encoding = "latin-1"
decimal = ","
dates = "%d/%m/%y"
missing = ["-"]

[episodes]
file = "theirs.csv"
constants = { clinic_id = "Zürich" }
multiply = { symptom_months = 12 }

[episodes.columns]
episode_id = "id"
patient_id = "id"
clinician_id = "by"
arm = "care"
start_date = "start"
age_years = "age"
sex = "m/f"
anxiety = "worry"
symptom_months = "pain since"

[episodes.values]
arm = { 1 = "etmi", 2 = "usual_care" }
sex = { "ä" = "female", 9 = "" }
"""


def test_codes_dates_decimals_units_and_encoding_of_their_own(tmp_path: Path) -> None:
    heading = "id|by|care|start|age|m/f|worry|pain since\n"
    lines = heading + "e1|k1|1|01/03/24|50|ä|Yes|1,5\ne2|ö|2|02/03/24| 61 |9|-|\n"
    (tmp_path / "theirs.csv").write_bytes(lines.encode("latin-1"))
    own = 'delimiter = ","\nencoding = "utf-8"\ndecimal = "."\ndates = "%Y-%m-%d"\n'
    made(tmp_path, THEIRS + SCORES.replace("[scores]\n", f"[scores]\n{own}"))
    first, second = rows(tmp_path, "episodes")
    assert (first["sex"], first["anxiety"], first["symptom_months"]) == ("female", True, 18)
    assert (second["sex"], second["anxiety"], second["symptom_months"]) == (None, None, None)
    assert (second["clinician_id"], second["clinic_id"], second["age_years"]) == ("ö", "Zürich", 61)


def test_wide_scores_are_unfolded_and_rescaled_as_amble_scores_them(tmp_path: Path) -> None:
    mapping = EPISODES + (
        '[scores]\nfile = "scores.csv"\ncolumns = { episode_id = "id", date = "on" }\n'
        'rescale = { rmdq = "raw", odi = { from = [0, 50], to = [100, 0] } }\n'
        "[scores.wide]\n"
        'r0 = { measure = "function", instrument = "rmdq", visit = "baseline" }\n'
        'o3 = { measure = "function", instrument = "odi", visit = "3m", date = "later" }\n'
    )
    made(tmp_path, mapping, scores="id,on,r0,o3,later\ne1,2024-03-01,7,,\ne2,2024-03-02,24,20,2024-06-01\n")
    found = {
        (r["episode_id"], r["instrument"], r["visit"]): (r["date"], r["value"])
        for r in rows(tmp_path, "scores")
    }
    ticked = {f"item_{k}": True for k in range(1, 8)}
    assert found == {
        ("e1", "rmdq", "baseline"): (date(2024, 3, 1), score(load("rmdq"), ticked).scales["function"].value),
        ("e2", "rmdq", "baseline"): (date(2024, 3, 2), 0.0),
        ("e2", "odi", "3m"): (date(2024, 6, 1), 60.0),
    }


def test_contacts_are_numbered_by_date_and_several_files_fill_one_table(tmp_path: Path) -> None:
    block = (
        '[[sessions]]\nfile = "{}.csv"\nconstants = {{ arm = "etmi", minutes = 30 }}\n'
        'columns = {{ episode_id = "id", date = "on", modalities = "did" }}\nseparator = {{ modalities = "/" }}\n'
        'values = {{ modalities = {{ Ed = "education" }} }}\n'
    )
    mapping = EPISODES + SCORES + block.format("may") + block.format("june")
    made(
        tmp_path,
        mapping,
        may="id,on,did\ne1,2024-05-20,Ed / exercise\ne1,2024-05-06,\n",
        june="id,on,did\ne1,2024-06-03,Ed\n",
    )
    found = sorted((r["number"], r["date"].isoformat(), r["modalities"]) for r in rows(tmp_path, "sessions"))
    assert found == [
        (1, "2024-05-06", []),
        (2, "2024-05-20", ["education", "exercise"]),
        (3, "2024-06-03", ["education"]),
    ]


def test_pseudonyms_are_hmacs_and_still_join(tmp_path: Path) -> None:
    key = b"k" * 70
    (tmp_path / "key").write_bytes(key + b"\n")
    mapping = EPISODES + SCORES + '[pseudonyms]\ncolumns = ["episode_id", "patient_id"]\nkey_file = "key"\n'
    made(tmp_path, mapping)
    expected = hmac.new(key, b"episode_id:e1", hashlib.sha256).hexdigest()[:32]
    assert (
        rows(tmp_path, "episodes")[0]["episode_id"] == rows(tmp_path, "scores")[0]["episode_id"] == expected
    )
    assert rows(tmp_path, "episodes")[0]["clinician_id"] == "k1"


def test_what_belongs_to_an_episode_left_out_is_left_out_too(tmp_path: Path) -> None:
    mapping = EPISODES.replace("[episodes]", '[episodes]\nkeep = { arm = ["etmi", "usual_care"] }') + SCORES
    written = made(
        tmp_path,
        mapping,
        episodes=CSV["episodes.csv"] + "e3,p3,k1,other,2024-01-01,40\n",
        scores=CSV["scores.csv"] + "e3,pain,nrs,baseline,2024-01-01,99\n",
    )
    assert written == Written({"episodes": 2, "scores": 1}, {"episodes.csv": 1, "scores.csv": 1})


def test_everything_that_is_not_understood_is_named_at_once(tmp_path: Path) -> None:
    found = refused(
        tmp_path,
        episodes=CSV["episodes.csv"] + "e3,p3,k1,ETMI,03.03.2024,old\ne4,p4,k1,ETMI,2024-03-04,1.5\n",
        scores="id,what,tool,when,on,score\ne9,pain,nrs,baseline,2024-03-01,11\n",
    )
    assert [line.partition(". ")[0] for line in found] == [
        "episodes.csv: arm -> arm: 'ETMI' is not explained in the mapping; "
        "Amble's words are etmi, usual_care (2 found)",
        "episodes.csv: start -> start_date: '03.03.2024' is not a date written as %Y-%m-%d (1 found)",
        "episodes.csv: age -> age_years: '1.5' is not a whole number (1 found)",
        "episodes.csv: age -> age_years: 'old' is not a whole number (1 found)",
        "scores.parquet: value: pain is not from 0 to 10 (1 found, such as value = 11.0 (episode_id = e9, "
        "measure = pain, instrument = nrs, visit = baseline))",
        "scores.parquet: episode_id: is not in episodes.parquet (1 found, such as episode_id = e9)",
    ]


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    mapping = EPISODES.replace('"age"', '"Alter"') + SCORES.replace("scores.csv", "none.csv")
    first, second = refused(tmp_path, mapping)
    assert first.startswith(
        "episodes.csv: Alter: the mapping names a column that the file does not have. It has id, "
    )
    assert second.startswith("none.csv: is missing. The mapping looks for it at ")
    cases = {
        "id,what\n": "scores.csv: tool: the mapping names a column that the file does not have",
        "": "scores.csv: id: the mapping names a column",
        CSV["scores.csv"].replace(
            "tool", "what"
        ): "scores.csv: what: several columns of the file have the name",
        CSV["scores.csv"]
        + "e1,pain\n": "scores.csv: cannot be read as CSV (Invalid Input Error: CSV Error on Line: 3",
        CSV["scores.csv"] + 'e1,"pain\n': "scores.csv: cannot be read as CSV (",
    }
    for text, said in cases.items():
        assert said in "\n".join(refused(tmp_path, scores=text)), text


def test_quotes_and_line_ends_are_read_and_nothing_is_guessed(tmp_path: Path) -> None:
    text = 'id,pat,by,arm,start,age\r\n"e""1,#","p1\r\n2",\'k1,etmi,2024-03-01,50\r\n'
    made(tmp_path, episodes=text, scores=CSV["scores.csv"].splitlines()[0] + "\n")
    first = rows(tmp_path, "episodes")[0]
    assert (first["episode_id"], first["patient_id"], first["clinician_id"]) == ('e"1,#', "p1\r\n2", "'k1")


WRONG = [
    ("[episode]\n" + SCORES, 1, "episode: is not a known table. Did you mean episodes?"),
    (EPISODES.replace("age_years", "age_year") + SCORES, 11, "Did you mean age_years?"),
    (EPISODES.replace('arm = "arm"\n', "") + SCORES, 2, "episodes: says nothing of arm"),
    (EPISODES + SCORES + "[scores.values.measure]\nP = 'pian'\n", 17, "Did you mean pain?"),
    (EPISODES + SCORES + "[scores.rescale]\nxyz = 'raw'\n", 17, "Amble has no rescaling of xyz"),
    (EPISODES + SCORES + "[csv]\nencoding = 'utf-9'\n", 17, "not a known encoding"),
    (
        EPISODES + SCORES + "[pseudonyms]\ncolumns = ['arm']\nkey_file = 'none'\n",
        17,
        '"arm" is not a known key',
    ),
    (EPISODES + SCORES + "[pseudonyms]\ncolumns = ['episode_id']\nkey_file = 'none'\n", 18, "cannot be read"),
    (EPISODES, 0, "[scores] is missing"),
]


@pytest.mark.parametrize(("mapping", "line", "words"), WRONG, ids=[words for _, _, words in WRONG])
def test_a_wrong_mapping_names_the_line(mapping: str, line: int, words: str, tmp_path: Path) -> None:
    found = [said for said in refused(tmp_path, mapping) if words in said]
    assert len(found) == 1
    assert found[0].startswith(f"mapping.toml, line {line}: " if line else "mapping.toml: ")


def test_a_snapshot_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    made(tmp_path)
    before = (tmp_path / "out" / "snapshot" / "scores.parquet").read_bytes()
    with pytest.raises(CannotConvert, match="is there already"):
        made(tmp_path)
    assert (tmp_path / "out" / "snapshot" / "scores.parquet").read_bytes() == before
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["snapshot"]
