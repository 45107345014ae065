"""Figures of the report, each drawn from the released tables."""
