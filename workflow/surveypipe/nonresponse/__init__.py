"""What the list of the invited tells about those who did not answer."""
