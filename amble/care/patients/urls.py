"""The patient's own pages, under /my/."""

from django.urls import include, path

urlpatterns = [path("", include("amble.care.patients.urls_programme"))]
