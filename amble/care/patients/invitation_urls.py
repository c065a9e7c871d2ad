"""The link in the clinic's e-mail."""

from django.urls import path

from .views import invitations

urlpatterns = [path("<str:token>/", invitations.open_link, name="invitation")]
