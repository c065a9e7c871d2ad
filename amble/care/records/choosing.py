"""For a person who works in more than one clinic: which one they are in now. Each door guards it for itself."""

from django.http import Http404
from django.shortcuts import redirect, render

from .middleware import CLINIC_KEY


def choose_clinic(request):
    own = {str(m.clinic_id): m.clinic for m in request.memberships if m.clinic_id}
    if request.method == "POST":
        clinic = own.get(request.POST.get("clinic"))
        if clinic is None:
            raise Http404
        request.session[CLINIC_KEY] = clinic.pk
        return redirect("home")
    return render(request, "amble/choose_clinic.html")
