"""Populations of known truth, and what the methods make of them."""
