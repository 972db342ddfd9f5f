"""Reports as things: sections of blocks with figures, charts, and their DOCX and PDF.

Knows no area and no database: a cover and sections come in, bytes go out.
"""
