"""Estimates, comparisons and tests as rows of one table."""
