from django.apps import AppConfig


class Config(AppConfig):
    name = "qingyuan.areas.summaries"
    label = "summaries"
