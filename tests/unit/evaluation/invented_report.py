"""A report that is made up from first to last, with every kind of picture. No number in it was measured."""

import math
import random

from amble.evaluation.marks import people
from amble.evaluation.report.model import Report, Share
from amble.evaluation.results import Answer, Convergence, Estimate, Figure, Table
from amble.evaluation.study.model import Disclosure, Study

RULE = Disclosure()
VISITS = ("discharge", "3m", "6m", "12m")


def report(rule: Disclosure = RULE, **changes) -> Report:
    study = Study(disclosure=rule)
    answers = (who(), over_time(), propensity(), subgroups(), cost(), looks())
    whole = {
        "study": study,
        "answers": answers,
        "flow": answers[0].tables[0],
        "balance": answers[2].tables[0],
        "implementation": {
            "clinicians_trained": Share(90, 100),
            "clinicians_delivering": Share(60, 90),
            "patients_receiving": Share(200, 1000),
            "outcomes_complete": Share(410, 1000),
            "outcomes_complete_by_arm": {"etmi": Share(90, 200), "usual_care": Share(320, 800)},
        },
        "provenance": {"study file": "ab" * 32, "snapshot": "cd" * 32, "versions": {"amble": "0"}, "seed": 1},
        "warnings": ("Function was recorded by two instruments; the more frequent one is analysed.",),
    }
    return Report(**(whole | changes))


def who() -> Answer:
    steps = (
        ("Episodes in the snapshot", 210, 830),
        ("Adults", 207, 820),
        ("Back pain for 3 months", 200, 800),
    )
    flow = Table(
        "flow",
        "From all episodes to those analysed",
        ("step", "etmi", "usual_care", "total"),
        tuple((name, a, b, a + b) for name, a, b in steps),
        counts=("etmi", "usual_care", "total"),
        total_column="total",
        nested_rows={1: 0, 2: 1},
    )
    complete = tuple(
        (arm, visit, n, int(n * share), share)
        for arm, n in (("etmi", 200), ("usual_care", 800))
        for visit, share in zip(VISITS, (0.45, 0.4, 0.3, 0.03), strict=True)
    )
    completeness = Table(
        "completeness",
        "Function recorded, by arm and visit",
        ("arm", "visit", "episodes", "recorded", "share"),
        complete,
        counts=("episodes", "recorded"),
        derived={"share": "recorded"},
        parts={"recorded": "episodes"},
    )
    bars = Figure(
        "completeness",
        "How many answered at each visit",
        "bars",
        "completeness",
        {"x": "share", "y": "visit", "colour": "arm"},
        "Bars show the share of people with function recorded, for each visit and arm.",
    )
    said = (
        f"Of {people(1040)} episodes, {people(1000)} entered the comparison.",
        f"Only {people(6)} patients in the ETMI arm answered at 12 months.",
    )
    return Answer("who", "Who was compared?", said, tables=(flow, completeness), figures=(bars,))


def over_time() -> Answer:
    estimates, rows, means = [], [], []
    sizes = {"discharge": 90, "3m": 80, "6m": 60, "12m": 24}
    for k, visit in enumerate((*VISITS, "average")):
        for outcome, effect, unit in (
            ("function", 3.0, "points"),
            ("pain", -0.1, "points"),
            ("fear_avoidance", -4.0, "points"),
        ):
            value = effect + 0.2 * k
            low, high = value - 1.8, value + 1.8
            n = sizes.get(visit, 100)
            meaning = (
                f"In {outcome.replace('_', '-')}, people with ETMI were {abs(value):.1f} {unit} "
                f"from people with usual care ({visit})."
            )
            estimates.append(
                Estimate(
                    outcome,
                    visit,
                    "difference",
                    "mmrm",
                    "ATE",
                    value,
                    0.9,
                    low,
                    high,
                    88.2,
                    0.001,
                    n,
                    4 * n,
                    None,
                    meaning,
                )
            )
            if outcome == "function":
                rows.append((visit, value, low, high, 0.001, n, 4 * n))
    sessions = "People with ETMI had about one session fewer for every five."
    estimates.append(
        Estimate(
            "sessions",
            None,
            "log_rate_ratio",
            "negative_binomial",
            "ATE",
            -0.22,
            0.05,
            -0.32,
            -0.12,
            None,
            1e-5,
            200,
            800,
            None,
            sessions,
        )
    )
    for a, arm in enumerate(("etmi", "usual_care")):
        for k, visit in enumerate(("baseline", *VISITS)):
            mean = 50 + (3 if a == 0 else 2.3) * k
            means.append((arm, visit, mean, mean - 2, mean + 2, (200, 90, 80, 60, 24)[k] * (1 + 3 * a)))
    differences = Table(
        "function_differences",
        "Difference in function, ETMI minus usual care",
        ("visit", "estimate", "ci_low", "ci_high", "p", "n_etmi", "n_usual_care"),
        tuple(rows),
        counts=("n_etmi", "n_usual_care"),
        derived=dict.fromkeys(("estimate", "ci_low", "ci_high", "p"), "n_etmi"),
    )
    courses = Table(
        "function_course",
        "Function by visit",
        ("arm", "visit", "mean", "ci_low", "ci_high", "recorded"),
        tuple(means),
        counts=("recorded",),
        derived=dict.fromkeys(("mean", "ci_low", "ci_high"), "recorded"),
    )
    course = Figure(
        "function_course",
        "Function over time",
        "by_visit",
        "function_course",
        {"x": "visit", "y": "mean", "low": "ci_low", "high": "ci_high", "colour": "arm"},
        "Both lines rise; the line for ETMI rises a little more steeply. The bars are 95% intervals.",
    )
    difference = Figure(
        "function_differences",
        "Difference in function",
        "by_visit",
        "function_differences",
        {"x": "visit", "y": "estimate", "low": "ci_low", "high": "ci_high"},
        "Points above the line at 0 mean better function with ETMI.",
    )
    return Answer(
        "over_time",
        "How did function, pain and fear-avoidance change?",
        tuple(e.meaning for e in estimates if e.visit == "average"),
        tuple(estimates),
        (differences, courses),
        (course, difference),
        ("Those who did not answer are like those who did, given what is recorded of them.",),
        ("Fewer than half of the people answered at 12 months.",),
        (Convergence("function", True, 5, 1e-9, 1e-12), Convergence("pain", False, 50, 1e-1, math.nan)),
    )


def propensity() -> Answer:
    names = ("age_years", "sex = male", "depression = yes", "activity_level = 3+", "function_baseline")
    rows = tuple(
        (name, stage, value)
        for stage, f in (("before", 1), ("after", 0.2))
        for name, value in zip(names, (0.3 * f, -0.05 * f, 0.2 * f, 0.12 * f, -0.4 * f), strict=True)
    )
    balance = Table("balance", "Balance of the arms", ("covariate", "stage", "smd"), rows)
    bins = tuple(
        (k / 20, (k + 1) / 20, arm, math.exp(-((k / 20 - mid) ** 2) / 0.02) / 7)
        for arm, mid in (("etmi", 0.35), ("usual_care", 0.2))
        for k in range(14)
    )
    shares = Table("overlap", "Chance of ETMI, by arm", ("from", "to", "arm", "share"), bins)
    return Answer(
        "chosen",
        "Who was chosen for ETMI?",
        ("People who were offered ETMI were younger and had better function at the start.",),
        (
            Estimate(
                "function",
                "discharge",
                "difference",
                "aipw",
                "ATO",
                2.4,
                1.0,
                0.4,
                4.4,
                None,
                0.016,
                90,
                320,
                None,
                "Weighted.",
            ),
        ),
        (balance, shares),
        (
            Figure(
                "balance",
                "Balance before and after weighting",
                "balance",
                "balance",
                {"y": "covariate", "x": "smd", "colour": "stage"},
                "After weighting all points lie left of the line at 0.1.",
            ),
            Figure(
                "overlap",
                "Overlap of the arms",
                "overlap",
                "overlap",
                {"x": "from", "x2": "to", "y": "share", "colour": "arm"},
                "The two arms share most of their range.",
            ),
        ),
    )


def subgroups() -> Answer:
    groups = (
        ("sex = female", 110, 500, 3.4),
        ("sex = male", 85, 297, 2.1),
        ("sex = other", 5, 3, 4321.5),
        ("deprivation_quintile = 1", 60, 200, 1.0),
        ("depression_or_anxiety = yes", 60, 200, 4.4),
    )
    estimates = [
        Estimate(
            "function",
            "average",
            "difference",
            "interaction",
            "ATE",
            3.0,
            0.9,
            1.2,
            4.8,
            300.0,
            0.001,
            200,
            800,
            None,
            "Everyone: 3.0 points.",
        )
    ]
    for name, a, b, value in groups:
        estimates.append(
            Estimate(
                "function",
                "average",
                "difference",
                "interaction",
                "ATE",
                value,
                1.1,
                value - 2,
                value + 2,
                99.0,
                0.02,
                a,
                b,
                name,
                f"For {name} the difference was {value} points.",
            )
        )
    table = Table(
        "subgroups",
        "Difference in function by group",
        ("group", "estimate", "ci_low", "ci_high", "n_etmi", "n_usual_care"),
        tuple(
            (e.subgroup or "everyone", e.estimate, e.ci_low, e.ci_high, e.n_etmi, e.n_usual_care)
            for e in estimates
        ),
        counts=("n_etmi", "n_usual_care"),
        derived=dict.fromkeys(("estimate", "ci_low", "ci_high"), "n_etmi"),
        total_rows={0: (1, 2, 3)},
    )
    forest = Figure(
        "subgroups",
        "Difference in function by group",
        "forest",
        "subgroups",
        {"y": "group", "x": "estimate", "low": "ci_low", "high": "ci_high"},
        "Most intervals lie right of 0 and overlap each other.",
    )
    return Answer(
        "for_whom", "For whom?", tuple(e.meaning for e in estimates), tuple(estimates), (table,), (forest,)
    )


def cost() -> Answer:
    chance = random.Random(5)
    points = tuple((chance.gauss(3, 1), chance.gauss(-20, 15)) for _ in range(1000))
    acceptable = tuple((price, 1 - 0.5 * math.exp(-price / 30)) for price in range(0, 101, 5))
    tipping = tuple(
        (outcome, shift, 3 - shift * f, 1 - shift * f, 5 - shift * f)
        for outcome, f in (("function", 0.5), ("pain", 0.55))
        for shift in range(0, 9)
    )
    return Answer(
        "cost",
        "At what cost?",
        ("ETMI took 20 staff minutes less for each person.",),
        (
            Estimate(
                "cost",
                None,
                "difference",
                "cluster_bootstrap",
                "ATE",
                -20.0,
                15.0,
                -50.0,
                9.0,
                None,
                None,
                200,
                800,
                None,
                "Fewer minutes.",
            ),
        ),
        (
            Table("plane", "Repetitions", ("effect", "cost"), points),
            Table("acceptability", "Acceptability", ("price", "probability"), acceptable),
            Table("tipping", "Tipping point", ("outcome", "shift", "estimate", "ci_low", "ci_high"), tipping),
        ),
        (
            Figure(
                "plane",
                "Cost and effect",
                "plane",
                "plane",
                {"x": "effect", "y": "cost"},
                "Most points lie where effect is gained and cost saved.",
            ),
            Figure(
                "acceptability",
                "Acceptability",
                "curve",
                "acceptability",
                {"x": "price", "y": "probability"},
                "The curve rises.",
            ),
            Figure(
                "tipping",
                "How much worse the missing may be",
                "curve",
                "tipping",
                {"x": "shift", "y": "estimate", "low": "ci_low", "high": "ci_high", "colour": "outcome"},
                "Both lines fall.",
            ),
        ),
    )


def looks() -> Answer:
    rows = tuple(
        (f"2025-{month:02}-28", 3.0, 3 - 6 / month, 3 + 6 / month, 3 - 9 / month, 3 + 9 / month)
        for month in range(1, 13)
    )
    table = Table(
        "looks", "Looks", ("day", "difference", "low", "high", "low_always", "high_always"), rows, folded=True
    )
    roles = {"x": "day", "y": "difference"} | {name: name for name in table.columns[2:]}
    figure = Figure("looks", "How the estimate moved", "moved", "looks", roles, "Both bands become narrower.")
    return Answer("looks", "How did the answer move?", tables=(table,), figures=(figure,))
