"""From released tables to numbers, tables, figures, checklists and sentences."""
