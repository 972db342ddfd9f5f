from django.apps import AppConfig


class Config(AppConfig):
    name = "qingyuan.areas.analysis"
    label = "analysis"
