from django.apps import AppConfig


class Service(AppConfig):
    name = "amble.care.service"
    label = "service"
