from django.apps import AppConfig


class Config(AppConfig):
    name = "qingyuan.areas.materials"
    label = "materials"
