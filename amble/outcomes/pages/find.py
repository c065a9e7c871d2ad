"""A physiotherapist finds the patient whom the service lead knows by a code only."""

from django.shortcuts import redirect, render

from amble.care.records.access import physiotherapist_page
from amble.outcomes import pseudonyms

HEARD = str.maketrans({"0": "O", "1": "I", "8": "B", "-": "", " ": ""})
"""The code has no such digits; they are what somebody heard or misread."""


@physiotherapist_page
def by_code(request):
    """Only among the own clinic's patients; the record itself notes that it was opened."""
    code = request.GET.get("code", "").strip()[:40]
    wanted = code.upper().translate(HEARD)
    if wanted:
        for pk, public_id in request.clinic.patients.values_list("pk", "public_id").iterator():
            if pseudonyms.spoken(pseudonyms.patient(pk)).replace("-", "") == wanted:
                return redirect("patient", public_id=public_id)
    return render(request, "outcomes/find.html", {"code": code})
