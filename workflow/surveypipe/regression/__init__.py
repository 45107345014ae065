"""Design-based regression models."""
