from django.apps import AppConfig


class Patients(AppConfig):
    name = "amble.care.patients"
    label = "patients"
