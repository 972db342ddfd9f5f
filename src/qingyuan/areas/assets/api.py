"""The API of sites and people."""

from ninja import Router

router = Router()
