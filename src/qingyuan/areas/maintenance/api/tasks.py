"""The API of plans and tasks."""

from ninja import Router

router = Router()
