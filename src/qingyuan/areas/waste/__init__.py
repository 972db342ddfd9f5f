"""Hazardous waste of analysers and laboratory: containers, storage, manifests, ledger."""
