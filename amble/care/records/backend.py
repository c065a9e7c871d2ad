from allauth.account.auth_backends import AuthenticationBackend

from amble.care.accounts.models import User


class WithRecord(AuthenticationBackend):
    """Loads who is signed in together with their patient record and its clinic, which every page of theirs needs."""

    def get_user(self, user_id):
        user = User.objects.select_related("patient__clinic").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
