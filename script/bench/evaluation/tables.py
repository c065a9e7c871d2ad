"""What was measured of the evaluation engine, as tables in plain words."""

from ..table import table
from . import goals
from .goals import shown
from .measure import OUTCOMES
from .peers_run import LIMIT, READING

WORDS = {
    "mmrm": "MMRM, Satterthwaite and Kenward-Roger",
    "mmrm_clinician": "MMRM with clinician effect",
    "mmrm_bootstrap": "2,000 cluster-bootstrap MMRMs",
    "lmm": "random intercept at 12 months, Satterthwaite",
    "weighted": "all weighted and doubly robust comparisons",
}
PEER_WORDS = {
    "gls": "R nlme::gls",
    "glmmTMB": "R glmmTMB",
    "lmer": "R lme4 (no degrees of freedom)",
    "lmerTest": "R lmerTest",
    "statsmodels": "statsmodels MixedLM",
    "DoubleML": "DoubleML, one comparison",
}


def written(results: dict) -> str:
    sizes = results["sizes"]
    parts = [
        SAY.format(in_memory=results["in_memory"], limit=LIMIT, reading=READING),
        table(["work", "measured", "goal"], list(goals.rows(sizes))),
        "### Models, from the landed store to the estimate",
        models(sizes),
        "### The same models in other programs",
        peers(sizes),
        PEERS_SAY,
        "### Everything in the report",
        everything(sizes),
        EVERYTHING_SAY,
        f"### Where the time goes, {int(largest(sizes)):,} episodes",
        steps(sizes[largest(sizes)]["whole"]),
    ]
    return "\n\n".join(parts)


SAY = (
    "Invented data of `amble simulate`: four visits, function (Roland-Morris, rescaled) as outcome. Each number is "
    "from a process of its own, in turns with a bare scan: one DuckDB query that only adds up the columns that the "
    "model reads, in the same landed store, on the same threads. Medians of 15, 7, 5 and 3 runs in one process; a call "
    "begins with the landed rows on disk and an open connection, and holds the reading, the sums and the fit. "
    "Below {in_memory:,} rows the sums are made in memory, above it in DuckDB. Memory is the peak resident size of "
    "the process, Python and its libraries included (about 180 MB). A peer has its data in memory already when its "
    "time begins, and is stopped after {limit} s for a fit ({reading} s more for reading the file)."
)
PEERS_SAY = (
    "Difference: how far the peer's estimate of ETMI minus usual care at 12 months is from ours, in standard errors; "
    "a peer that stops early, or another method (DoubleML: only those measured), differs. R mmrm is not in Debian; "
    "measured once when the engine was planned, on another processor with two cores: 0.50 s at 1,600 episodes (0.73 s "
    "with Kenward-Roger), 40 s at 100,000 (51 s), 565 s and 19 GB at 1 million."
)
EVERYTHING_SAY = (
    "`amble evaluate` with the built-in study, from the start of the process to the written report; at 1,624 the "
    "median of three, else one run. Landing: reading the snapshot, checking every row and making one wide row per "
    "episode, beside a bare scan of the long tables (episodes, scores, sessions; Parquet). After landing: all that "
    "follows, beside a bare scan of the landed columns of one outcome and of what is known of everyone, shared over "
    f"the {OUTCOMES} outcomes; and beside one of all landed columns."
)


def models(sizes: dict) -> str:
    rows = [
        [
            WORDS[name],
            f"{int(size):,}",
            f"{shown(told['seconds'])} s",
            f"{shown(told['bare'])} s",
            shown(told["seconds"] / told["bare"]),
            f"{shown(told['first'])} s",
            f"{told['peak_mb']:.0f} MB",
        ]
        for name in WORDS
        for size, at in sizes.items()
        if (told := at["work"].get(name))
    ]
    head = [
        "model",
        "episodes",
        "whole call",
        "bare scan",
        "in bare scans",
        "first call of the process",
        "memory",
    ]
    return table(head, rows)


def peers(sizes: dict) -> str:
    rows = []
    for name, words in PEER_WORDS.items():
        for size, at in sizes.items():
            if told := at["peers"].get(name):
                rows.append([words, f"{int(size):,}", *peer(told, at["work"][told["beside"]])])
    head = ["program", "episodes", "seconds", "times ours", "difference", "memory", "converged"]
    return table(head, rows)


def peer(told: dict, ours: dict) -> list[str]:
    if "missing" in told:
        return [told["missing"]]
    mine = ours["told"]
    apart = abs(told["estimate"] - mine["estimate"]) / mine["se"]
    says = told["package"] in ("glmmTMB", "statsmodels")
    return [
        f"{shown(told['seconds'])} s",
        shown(told["seconds"] / ours["seconds"]),
        f"{apart:.1g}",
        f"{told['peak_mb']:.0f} MB",
        ("yes" if told["third"] == 1 else "no") if says else "",
    ]


def everything(sizes: dict) -> str:
    rows = []
    for size, at in sizes.items():
        whole, bare = at["whole"], at["whole"]["bare"]
        after = goals.after_landing(at)
        rows.append(
            [
                f"{int(size):,}",
                f"{shown(whole['seconds'])} s",
                f"{shown(whole['start'])} s",
                f"{shown(whole['landing'])} s",
                f"{shown(bare['snapshot'])} s",
                shown(whole["landing"] / bare["snapshot"]),
                f"{shown(after)} s",
                f"{shown(bare['outcome'])} s",
                shown(after / bare["outcome"] / OUTCOMES),
                f"{shown(bare['landed'])} s",
                shown(after / bare["landed"]),
                f"{whole['peak_mb']:.0f} MB",
            ]
        )
    head = [
        "episodes",
        "start to file",
        "start of Python",
        "landing",
        "bare scan of the snapshot",
        "landing in these",
        "after landing",
        "bare scan of one outcome",
        "after landing in these, per outcome",
        "bare scan of all landed columns",
        "after landing in these",
        "memory",
    ]
    return table(head, rows)


def steps(whole: dict) -> str:
    total = sum(step["seconds"] for step in whole["steps"])
    rows = [
        [
            step["step"].replace("_", " "),
            f"{shown(step['seconds'])} s",
            f"{step['seconds'] / total:.0%}",
            f"{step['peak_mb']:.0f} MB",
        ]
        for step in whole["steps"]
    ]
    return table(["step", "time", "share", "peak memory by its end"], rows)


def largest(sizes: dict) -> str:
    return max(sizes, key=int)
