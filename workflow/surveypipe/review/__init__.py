"""The way back from an edited Word file to the text that it was made from."""
