"""Whatever a report of an invented service says, from the first answer to the last, keeps the house's promises."""

from collections.abc import Iterator

import pytest

from amble.evaluation import run
from amble.evaluation.engine import DuckDB
from amble.evaluation.report.model import Report
from amble.evaluation.report.writing import in_sentences
from amble.evaluation.results import Estimate, Table
from amble.evaluation.simulate import simulate
from amble.evaluation.study.model import Study
from tests.unit.evaluation.odd_words import odd

# Whole numbers in a table that count no people.
NO_PEOPLE = {"clinicians", "clinics"}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("service") / "snapshot"
    simulate(out=folder, episodes=1624, seed=1)
    with DuckDB() as engine:
        gathered = run.scan(folder, Study(), engine)
        return in_sentences(run.report_of(gathered, tuple(run.answers(gathered.data)), {}))


@pytest.fixture(scope="module")
def estimates(report: Report) -> list[Estimate]:
    return [estimate for answer in report.answers for estimate in answer.estimates]


def tables_of(report: Report) -> list[Table]:
    return [report.flow, *(table for answer in report.answers for table in answer.tables)]


def texts_of(report: Report) -> Iterator[tuple[str, str]]:
    """(where it stands, what it says) of everything that is said in words."""
    yield from (("report", text) for text in report.warnings)
    for answer in report.answers:
        texts = (answer.question, *answer.sentences, *answer.assumptions, *answer.warnings)
        yield from ((answer.name, text) for text in texts)
        for estimate in answer.estimates:
            yield from ((estimate.method, text) for text in (estimate.meaning, *estimate.warnings))
        for table in answer.tables:
            yield from ((table.name, text) for text in (table.title, table.note))
        for figure in answer.figures:
            yield from ((figure.name, text) for text in (figure.title, figure.description))


def test_every_question_is_answered(report: Report) -> None:
    assert [answer.name for answer in report.answers] == list(run.QUESTIONS)
    assert [answer.name for answer in report.answers if not (answer.sentences and answer.tables)] == []


def test_every_estimate_says_what_it_means_and_that_it_is_observational(estimates: list[Estimate]) -> None:
    assert len(estimates) > 200
    silent = {e.method for e in estimates if not e.meaning.strip().endswith((".", "?"))}
    assert silent == set()
    compared = [e for e in estimates if e.estimate is not None and e.ci_low is not None]
    assert {(e.method, e.contrast) for e in compared if "observational" not in e.meaning} == set()


def test_no_two_estimates_are_the_same_comparison(estimates: list[Estimate]) -> None:
    keys = [(e.outcome, e.visit, e.contrast, e.method, e.estimand, e.subgroup) for e in estimates]
    assert len(keys) == len(set(keys))


def test_every_word_is_one_that_people_say(report: Report) -> None:
    assert {(where, text) for where, text in texts_of(report) if odd(text)} == set()


def test_every_number_of_people_passes_disclosure_control(report: Report) -> None:
    undeclared = set()
    for table in tables_of(report):
        for k, column in enumerate(table.columns):
            values = [row[k] for row in table.rows if row[k] is not None]
            whole = bool(values) and all(isinstance(value, int) for value in values)
            if whole and column not in {*table.counts, *NO_PEOPLE}:
                undeclared.add((table.name, column))
    assert undeclared == set()
    assert sum(len(table.counts) for table in tables_of(report)) > 40


def test_what_is_declared_of_a_table_is_true(report: Report) -> None:
    """Sums are sums, parts are no larger than their wholes: else disclosure control protects the wrong thing."""
    for table in tables_of(report):
        at = {column: k for k, column in enumerate(table.columns)}
        assert set(table.counts) | set(table.derived) | set(table.parts) <= set(at), table.name
        for row in table.rows:
            for part, whole in table.parts.items():
                assert row[at[part]] is None or row[at[part]] <= row[at[whole]], table.name
            if table.total_column:
                others = (
                    row[at[c]] for c in table.counts if c != table.total_column and c not in table.parts
                )
                assert sum(others) == row[at[table.total_column]], table.name
        for whole, parts in table.total_rows.items():
            for column in table.counts:
                total = sum(table.rows[part][at[column]] for part in parts)
                assert total == table.rows[whole][at[column]], (table.name, whole)


def test_every_picture_finds_its_table_and_columns(report: Report) -> None:
    for answer in report.answers:
        columns = {table.name: table.columns for table in answer.tables}
        for figure in answer.figures:
            assert set(figure.encoding.values()) <= set(columns[figure.table]), figure.name
