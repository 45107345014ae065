"""Weights that make the respondents stand for everybody eligible."""
