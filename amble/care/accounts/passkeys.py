from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class AddPasskeyForm(AddWebAuthnForm):
    """The library's form, whose name field has no label that can be translated."""

    name = forms.CharField(label=_("Name of this passkey"), required=False)
