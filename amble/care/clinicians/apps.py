from django.apps import AppConfig


class Clinicians(AppConfig):
    name = "amble.care.clinicians"
    label = "clinicians"
