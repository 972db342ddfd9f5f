"""The API of month plans, trips, stops, appointments, needs, hand-overs."""

from ninja import Router

from . import agreed_papers, agreed_stops, agreed_visits

router = Router(tags=["agreements"])
for part in (agreed_visits, agreed_stops, agreed_papers):
    router.add_router("", part.router)
