"""``qingyuan manage check_stock``: every balance against the sum of its moves."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.supplies.models import Move
from qingyuan.areas.supplies.queries import worn


class Command(BaseCommand):
    help = "Recompute every stock balance from its moves; status 1 where one does not agree."

    def handle(self, *args: Any, **options: Any) -> None:
        found = [f"{unit}: {line}" for unit in Organisation.objects.order_by("pk")
                 for line in worn(unit)]
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(f"{Move.objects.count()} moves, all balances agree")
