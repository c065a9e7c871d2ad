"""The patient's own pages, under /my/."""

from django.urls import include, path

from .views import consent, home, measures, safety, settings, story

urlpatterns = [
    path("", home.show, name="my-home"),
    path("consent/", consent.decide, name="my-consent"),
    path("settings/", settings.change, name="my-settings"),
    path("safety/<str:occasion>/", safety.ask, name="my-safety"),
    path("advice/", safety.advice, name="my-advice"),
    path("story/", story.tell, name="my-story"),
    path("measures/", measures.index, name="my-measures"),
    path("measures/<str:visit>/", measures.begin, name="my-assessment"),
    path("measures/<str:visit>/<int:step>/", measures.question, name="my-question"),
    path("", include("amble.care.patients.urls_programme")),
]
