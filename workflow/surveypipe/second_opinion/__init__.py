"""A program in R that computes the estimates once more: design, weights and all, from a file of its own."""
