"""For the administrator: who did what and when. No patient is named here and nothing they wrote is shown."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.http import urlencode

from amble.care.audit import reading
from amble.care.records import team
from amble.care.records.access import administrator_page

PER_PAGE = 50


@administrator_page
def index(request):
    action, actor = (request.GET.get(name, "").strip()[:80] for name in ("action", "actor"))
    clinics = {clinic.pk: clinic for clinic in team.clinics()}
    wanted = request.GET.get("clinic", "")
    clinic_id = int(wanted) if wanted.isdecimal() and int(wanted) in clinics else None
    page = Paginator(reading.events(action=action, actor=actor, clinic_id=clinic_id), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": [(event, clinics.get(event.clinic_id)) for event in page.object_list],
        "action": action,
        "actor": actor,
        "clinics": clinics.values(),
        "clinic_id": clinic_id,
        "query": urlencode({"action": action, "actor": actor, "clinic": clinic_id or ""}),
    }
    return render(request, "service/audit.html", context)
