"""What every analysis hands over: estimates, tables, figures, sentences. Data only, nothing is computed here.

Contrasts are always ETMI minus usual care on the measure's own scale, unless `contrast` says otherwise.
"""

from dataclasses import dataclass, field

Cell = str | int | float | None


@dataclass(frozen=True)
class Estimate:
    """One number with its uncertainty. `None` where a method gives no such number.

    visit: a visit of the study, or "average" over the visits with equal weight, or None (sessions, cost).
    contrast: "difference", "log_rate_ratio", "risk_difference", ...
    method: "mmrm", "lmm", "aipw", "negative_binomial", ...; estimand: what is estimated, for whom ("ATE", "ATT",
    "ATO", or words).
    subgroup: None for everyone, else "sex = female".
    meaning: one plain sentence for a reader who is no statistician.
    """

    outcome: str
    visit: str | None
    contrast: str
    method: str
    estimand: str
    estimate: float | None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    df: float | None = None
    p: float | None = None
    n_etmi: int | None = None
    n_usual_care: int | None = None
    subgroup: str | None = None
    meaning: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table for the report and a CSV file of the same name. Every table passes disclosure control.

    counts: the columns that are numbers of people or episodes, which may be suppressed or rounded.
    derived: column -> the count column it would give away (a percentage or mean is hidden with its count).
    total_column: the count column that is the sum of the other count columns, if there is one.
    total_rows: row index -> indices of the rows that add up to it, for complementary suppression.
    parts: count column -> the count column it is a part of (responders -> observed): the others are a count too.
    nested_rows: row index -> index of the row it is a part of (those left after an exclusion -> those before).
    folded: it refines what the section says: on the page it stands folded, like a table that a picture shows.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    counts: tuple[str, ...] = ()
    derived: dict[str, str] = field(default_factory=dict)
    total_column: str | None = None
    total_rows: dict[int, tuple[int, ...]] = field(default_factory=dict)
    note: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    nested_rows: dict[int, int] = field(default_factory=dict)
    folded: bool = False


@dataclass(frozen=True)
class Figure:
    """A picture drawn from a table of the same answer, after disclosure control.

    kind: a drawing that report/charts.py knows. encoding: role in the drawing ("x", "low", "group", ...) -> column.
    description: what the picture shows, in words, for a reader who cannot see it.
    """

    name: str
    title: str
    kind: str
    table: str
    encoding: dict[str, str]
    description: str


@dataclass(frozen=True)
class Convergence:
    """The certificate of one fit: did it reach the maximum, and how near."""

    model: str
    converged: bool
    iterations: int
    gradient_norm: float
    newton_decrement: float


@dataclass(frozen=True)
class Answer:
    """The answer to one question of the report, in reading order: sentences, figures, tables, assumptions."""

    name: str
    question: str
    sentences: tuple[str, ...] = ()
    estimates: tuple[Estimate, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    fits: tuple[Convergence, ...] = ()
