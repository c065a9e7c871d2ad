"""The pages of the service lead and the administrator, under /service/."""

from django.urls import path

from .views import audit, clinics, staff, training

urlpatterns = [
    path("training/", training.show, name="service-training"),
    path("choose/", training.choose_clinic, name="service-choose-clinic"),
    path("staff/", staff.index, name="staff"),
    path("staff/<int:membership_id>/end/", staff.end, name="staff-end"),
    path("clinics/", clinics.index, name="clinics"),
    path("clinics/new/", clinics.new, name="clinic-new"),
    path("clinics/<int:clinic_id>/", clinics.edit, name="clinic-edit"),
    path("audit/", audit.index, name="audit"),
]
