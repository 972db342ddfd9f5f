"""Attachments: photos, scans and signatures, each kept once by the digest of its bytes."""
