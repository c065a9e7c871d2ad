from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages as levels


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: a clinic invites patients, an administrator invites staff."""

    def is_open_for_signup(self, request):
        return False

    def add_message(self, request, level, message_template=None, message_context=None, *args, **kwargs):
        # "Successfully signed in as ..." tells a person what they can already see.
        if message_template in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            return
        level = levels.INFO if level == levels.SUCCESS else level
        super().add_message(request, level, message_template, message_context, *args, **kwargs)
