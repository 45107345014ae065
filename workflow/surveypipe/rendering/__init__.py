"""From texts, numbers, tables and figures to finished HTML, DOCX and PDF."""
