"""The sentences that the pipeline writes."""
