"""A second computation of every printed number, from the raw file and without the library."""
