"""The API of trips, stops, needs, hand-overs."""

from ninja import Router

router = Router()
