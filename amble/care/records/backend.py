from functools import cache

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import OuterRef

from amble.care.accounts.models import User
from amble.programme import consent

from .actions import consents


class WithRecord(AuthenticationBackend):
    """Loads who is signed in together with what every page of theirs needs: their record, its clinic, their consent."""

    def get_user(self, user_id):
        user = _people(consent.current().version).filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


@cache
def _people(consent_version: str):
    """The query, made once for each consent text: it runs for every page."""
    agreed = consents.latest_decisions(OuterRef("patient__pk"))
    return User.objects.select_related("patient__clinic").annotate(**agreed)
