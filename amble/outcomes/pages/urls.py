"""The pages that read what the night stored: /service/ for leads, a few for physiotherapists and patients."""

from django.urls import path

from . import figures, find, leaks, mine, nights, planner, prognosis

OWN = {"own_clinic": True}

urlpatterns = [
    path("service/", figures.overview, name="figures"),
    path("service/clinic/", figures.overview, OWN, name="figures-clinic"),
    path("service/report/report.html", figures.report, {"name": "report.html"}, name="figures-report"),
    path("service/report/results.json", figures.report, {"name": "results.json"}, name="figures-results"),
    path("service/nights/", nights.index, name="nights"),
    path("service/planner/", planner.reach, name="planner"),
    path("service/planner/<slug:name>.csv", planner.reach, name="planner-table"),
    path("service/planner/stepped-wedge/", planner.stepped_wedge, name="planner-stepped-wedge"),
    path(
        "service/planner/stepped-wedge/<slug:name>.csv",
        planner.stepped_wedge,
        name="planner-stepped-wedge-table",
    ),
]
for about in figures.PAGES:
    here, kept = f"service/{about.slug}/", {"code": about.code}
    urlpatterns += [
        path(here, figures.page, kept, name=f"figures-{about.slug}"),
        path(f"{here}clinic/", figures.page, kept | OWN, name=f"figures-{about.slug}-clinic"),
    ]
urlpatterns += [
    path("service/leaks/", leaks.index, name="leaks"),
    *(
        path(f"service/leaks/{leak.code}/", leaks.show, {"code": leak.code}, name=f"leak-{leak.code}")
        for leak in leaks.LEAKS
    ),
    path("clinic/find/", find.by_code, name="find-by-code"),
    path("clinic/figures/", mine.show, name="my-figures"),
    path("clinic/patients/<uuid:public_id>/prognosis/", prognosis.of_a_patient, name="patient-prognosis"),
    path("my/progress/people-like-me/", prognosis.mine, name="my-prognosis"),
    path("service/<slug:slug>/<slug:name>.csv", figures.table, name="figures-table"),
    path("service/<slug:slug>/clinic/<slug:name>.csv", figures.table, OWN, name="figures-table-clinic"),
]
