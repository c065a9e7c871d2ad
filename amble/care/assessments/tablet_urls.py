"""The clinic's tablet, locked to one questionnaire."""

from django.urls import path

from . import tablet_views

urlpatterns = [
    path("done/", tablet_views.done, name="tablet-done"),
    path("<int:step>/", tablet_views.question, name="tablet-question"),
]
