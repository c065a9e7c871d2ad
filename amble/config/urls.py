"""Every address of Amble."""

from django.conf import settings
from django.urls import include, path

from . import demo_pages, views

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("health/", views.health, name="health"),
    path("account/", include("allauth.urls")),
    path("my/", include("amble.care.patients.urls")),
    path("invitation/", include("amble.care.patients.invitation_urls")),
    path("clinic/", include("amble.care.clinicians.urls")),
    path("tablet/", include("amble.care.assessments.tablet_urls")),
    path("service/", include("amble.care.service.urls")),
    path("", include("amble.outcomes.pages.urls")),
]
if settings.DEMO:
    urlpatterns += [
        path("demo/mailbox/", demo_pages.show, name="demo-mailbox"),
        path("demo/week/", demo_pages.pass_a_week, name="demo-week"),
    ]

handler403 = "amble.config.views.refused"
handler404 = "amble.config.views.not_found"
handler500 = "amble.config.views.failed"
