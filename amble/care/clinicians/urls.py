"""The physiotherapist's pages, under /clinic/."""

from django.urls import include, path

from amble.care.records.access import physiotherapist_page
from amble.care.records.choosing import choose_clinic

from .views import (
    alerts,
    contacts,
    discharge,
    measures,
    messages,
    patients,
    ratings,
    record,
    referrals,
    sessions,
    today,
    training,
)

of_a_patient = [
    path("", record.show, name="patient"),
    path("edit/", patients.edit, name="patient-edit"),
    path("invite/", patients.invite, name="patient-invite"),
    path("start/", referrals.start, name="start-care"),
    path("session/", sessions.hold, name="session"),
    path("usual-care/", contacts.usual_care, name="usual-care"),
    path("contacts/<int:number>/", contacts.show, name="contact"),
    path("measures/", measures.index, name="patient-measures"),
    path("measures/<str:visit>/tablet/", measures.start_tablet, name="tablet-start"),
    path("measures/<str:visit>/<int:step>/", measures.question, name="patient-question"),
    path("discharge/", discharge.show, name="discharge"),
    path("letter/", discharge.letter, name="letter"),
    path("messages/", messages.thread, name="patient-messages"),
]

urlpatterns = [
    path("", today.show, name="today"),
    path("choose/", physiotherapist_page(choose_clinic), name="choose-clinic"),
    path("alerts/<int:alert_id>/", alerts.show, name="alert"),
    path("patients/", patients.index, name="patients"),
    path("patients/new/", patients.new, name="patient-new"),
    path("patients/<uuid:public_id>/", include(of_a_patient)),
    path("session-score/", sessions.score, name="session-score"),
    path("ratings/", ratings.index, name="ratings"),
    path("ratings/<int:contact_id>/", ratings.rate, name="rate-session"),
    path("training/", training.show, name="training"),
]
