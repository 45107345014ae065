"""Small made-up studies drawn at random: files, codebook and a configuration that the schema allows."""
