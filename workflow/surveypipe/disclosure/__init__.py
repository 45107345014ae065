"""Statistical disclosure control: what of the private results may be read by anybody."""
