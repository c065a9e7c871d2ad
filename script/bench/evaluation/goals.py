"""The goals of the evaluation engine, each with what was measured for it."""

from collections.abc import Callable, Iterator

from .measure import OUTCOMES

Sizes = dict[str, dict]


def rows(sizes: Sizes) -> Iterator[list[str]]:
    """work | measured | goal, for the goals whose size was measured."""
    for words, size, measured, goal, unit in GOALS:
        if str(size) in sizes:
            value = measured(sizes[str(size)])
            yield [words, f"{shown(value)} {unit}", f"≤ {shown(goal)} {unit}: {met(value <= goal)}"]


def work(name: str, factor: float = 1) -> Callable[[dict], float]:
    return lambda at: at["work"][name]["seconds"] * factor


def in_scans(at: dict) -> float:
    return at["work"]["mmrm"]["seconds"] / at["work"]["mmrm"]["bare"]


def after_landing(at: dict) -> float:
    """Seconds from the first sum to the file."""
    return at["whole"]["seconds"] - at["whole"]["start"] - at["whole"]["landing"]


def scans_per_outcome(at: dict) -> float:
    return after_landing(at) / at["whole"]["bare"]["outcome"] / OUTCOMES


GOALS = (
    (
        "MMRM + Satterthwaite + Kenward-Roger, 1,624 episodes, whole call",
        1_624,
        work("mmrm", 1000),
        30,
        "ms",
    ),
    ("MMRM likewise, 100,000", 100_000, work("mmrm", 1000), 50, "ms"),
    ("MMRM likewise, 10 million", 10_000_000, in_scans, 4, "bare scans"),
    ("MMRM with clinician effect, 100,000", 100_000, work("mmrm_clinician"), 0.15, "s"),
    ("2,000 cluster-bootstrap MMRMs, 1,624", 1_624, work("mmrm_bootstrap"), 5, "s"),
    ("everything, 1,624, process start to file", 1_624, lambda at: at["whole"]["seconds"], 10, "s"),
    (
        "everything after landing, 10 million, per outcome",
        10_000_000,
        scans_per_outcome,
        60,
        "bare scans",
    ),
    ("everything, 10 million, peak memory", 10_000_000, lambda at: at["whole"]["peak_mb"] / 1024, 4, "GiB"),
)


def shown(value: float) -> str:
    """Three figures."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def met(is_met: bool) -> str:
    return "met" if is_met else "NOT met"
