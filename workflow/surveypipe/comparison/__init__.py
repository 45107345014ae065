"""Two results beside each other: which numbers and words moved, and from what."""
