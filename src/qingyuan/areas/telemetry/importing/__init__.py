"""Readings from CSV and XLSX files: ``sheet`` reads cells, ``headings`` says what columns mean,
``rows`` turns lines into values or rejects, ``action`` stores them."""
