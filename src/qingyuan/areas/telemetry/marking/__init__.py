"""Marks from preparation to declaration and back.

Pure: ``tables`` (the national platform's tables), ``reading`` (its files), ``matching`` (prepared
against declared), ``clock`` (until when), ``runs`` (flags as spans), ``sheets`` (files as lines).
With the database: ``queries``, ``actions``, ``register`` (import), ``reconcile``, ``suggestions``,
``exporting``, ``proofs``.
"""
