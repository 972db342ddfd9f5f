"""The daily remote check, pre-filled from telemetry."""
