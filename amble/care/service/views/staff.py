"""For the administrator: who works where."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.records import team
from amble.care.records.access import administrator_page
from amble.care.records.actions import staff as actions

from ..forms import StaffForm


@administrator_page
def index(request):
    """Everybody with a role, and a form for a further one."""
    form = StaffForm.from_request(request, clinics=team.clinics())
    if form.is_valid():
        try:
            membership = actions.join(by=request.user, submission=form.submission_key, **form.person)
        except AlreadySaved:
            return redirect("staff")
        except actions.NotPossible as problem:
            form.add_error("email", str(problem))
        else:
            messages.success(request, _("Added: %(name)s.") % {"name": membership.user})
            return redirect("staff")
    return render(request, "service/staff.html", {"form": form, "members": team.current_memberships()})


@administrator_page
def end(request, membership_id):
    """Ask once, then end the role. It opens nothing from the next click on."""
    membership = team.current_memberships().filter(pk=membership_id).first()
    if membership is None:
        raise Http404
    if request.method == "POST":
        if membership.user == request.user:
            messages.error(request, _("You cannot end your own role. Ask another administrator."))
        else:
            actions.leave(membership=membership, by=request.user)
            messages.success(request, _("The role of %(name)s has ended.") % {"name": membership.user})
        return redirect("staff")
    return render(request, "service/staff_end.html", {"membership": membership})
