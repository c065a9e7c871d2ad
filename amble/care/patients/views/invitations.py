"""The first click: a link by e-mail, then a one-time code to the same address."""

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from django.contrib.auth import logout
from django.shortcuts import redirect, render

from amble.care.records.actions import invitations

KEY = "invitation"


def open_link(request, token: str):
    """Say what the link leads to. Nothing happens before the person asks for a code: mail scanners open links."""
    invitation, state = invitations.find(token)
    if state is invitations.LinkState.OPEN and request.user.is_authenticated:
        if request.user == invitation.patient.user:
            _use(request, invitation)
            return redirect("my-home")
        if request.method == "POST":
            logout(request)
            return redirect("invitation", token=token)
        return render(request, "patients/invitation/someone_else.html", status=403)
    if state is not invitations.LinkState.OPEN:
        status = {invitations.LinkState.WRONG: 404}.get(state, 410)
        return render(request, f"patients/invitation/{state}.html", {"invitation": invitation}, status=status)
    if request.method == "POST":
        request.session[KEY] = token
        LoginCodeVerificationProcess.initiate(
            request=request, user=invitation.patient.user, email=invitation.email
        )
        return redirect("account_confirm_login_code")
    return render(request, "patients/invitation/open.html", {"invitation": invitation})


def use_remembered(request) -> None:
    """After sign-in: the link that brought this patient is now used up."""
    token = request.session.pop(KEY, None)
    if token is None:
        return
    invitation, state = invitations.find(token)
    if state is invitations.LinkState.OPEN and invitation.patient.user_id == request.user.pk:
        _use(request, invitation)


def _use(request, invitation) -> None:
    invitations.use(invitation=invitation, by=request.user)
