"""The pages of the programme, under /my/."""

from django.urls import path

from .views import weeks

urlpatterns = [
    path("check-in/", weeks.check_in, name="my-check-in"),
    path("plan/", weeks.plan, name="my-plan"),
]
