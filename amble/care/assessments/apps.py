from django.apps import AppConfig


class Assessments(AppConfig):
    name = "amble.care.assessments"
    label = "assessments"
