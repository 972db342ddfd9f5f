"""``qingyuan manage reindex``: the index of words written anew from what it stands for."""

from typing import Any

from django.core.management.base import BaseCommand

from qingyuan.areas.search.index import rebuild


class Command(BaseCommand):
    help = "Write the full-text index anew; the worker's jobs then look at every row again."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild()} entries")
