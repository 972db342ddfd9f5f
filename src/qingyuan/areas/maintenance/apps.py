from django.apps import AppConfig


class Config(AppConfig):
    name = "qingyuan.areas.maintenance"
    label = "maintenance"

    def ready(self) -> None:
        from .references import fill

        fill()
