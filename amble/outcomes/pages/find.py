"""A physiotherapist finds the patient whom the service lead knows by a code only."""

from django.shortcuts import redirect, render

from amble.care.records.access import physiotherapist_page
from amble.outcomes import pseudonyms


@physiotherapist_page
def by_code(request):
    """Only among the own clinic's patients; the record itself notes that it was opened."""
    code = request.GET.get("code", "").strip()[:40]
    if beginning := pseudonyms.heard(code):
        everybody = request.clinic.patients.values_list("pk", "public_id").iterator()
        found = [public_id for pk, public_id in everybody if pseudonyms.patient(pk).startswith(beginning)]
        if len(found) == 1:  # never one of two who share a code
            return redirect("patient", public_id=found[0])
    return render(request, "outcomes/find.html", {"code": code})
