"""How far ETMI got, counted from the snapshot: clinicians invited, trained and delivering; patients it reached."""

import ibis

from amble.evaluation.engine import Engine


def implementation(snapshot, eligible: ibis.Table, engine: Engine) -> dict[str, tuple[int, int]]:
    """name -> (part, whole); names as in GLOSSARY.md. Shares of clinicians only where the clinicians table is there.

    patients_receiving_when_trained counts only episodes that began after their own clinician's training, so that
    nobody is counted as missed before they could have been offered ETMI.
    """
    clinicians = snapshot.clinicians
    treated = eligible.filter(eligible.arm == "etmi")
    delivering = treated.select("clinician_id").distinct().mutate(delivers=1)
    known = clinicians.left_join(delivering, "clinician_id")
    people = engine.one(
        known.aggregate(
            invited=known.invited_date.coalesce(known.trained_date).count(),
            trained=known.trained_date.count(),
            delivering=known.trained_date.notnull().ifelse(known.delivers, 0).sum(),
        )
    )
    reached = eligible.aggregate(part=(eligible.arm == "etmi").sum(), whole=eligible.count())
    trained = eligible.join(clinicians.select("clinician_id", "trained_date"), "clinician_id")
    trained = trained.filter(trained.trained_date <= trained.start_date)
    at_risk = trained.aggregate(part=(trained.arm == "etmi").sum(), whole=trained.count())
    shares = {"patients_receiving": reached, "patients_receiving_when_trained": at_risk}
    counted = {name: engine.one(table) for name, table in shares.items()}
    result = {name: (row["part"] or 0, row["whole"]) for name, row in counted.items()}
    if people["invited"]:
        result["clinicians_trained"] = (people["trained"], people["invited"])
        result["clinicians_delivering"] = (people["delivering"] or 0, people["trained"])
    return {name: share for name, share in result.items() if share[1]}
