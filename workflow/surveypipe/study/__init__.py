"""What the researcher says of a study: types of its files, their reading and their checks."""
