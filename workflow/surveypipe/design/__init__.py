"""How the respondents came, and the standard errors and intervals that follow from it."""
