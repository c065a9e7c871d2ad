"""A message to the clinic."""

from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm, long_text


class MessageForm(AmbleForm):
    body = long_text(_("Your message"), required_message=_("Write your message."), rows=5)
