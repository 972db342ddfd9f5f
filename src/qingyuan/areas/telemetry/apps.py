from django.apps import AppConfig


class Config(AppConfig):
    name = "qingyuan.areas.telemetry"
    label = "telemetry"

    def ready(self) -> None:
        from qingyuan.areas.assets.signals import ranges_changed

        from .pipeline.ranges import on_change

        ranges_changed.connect(on_change, dispatch_uid="telemetry.ranges")
