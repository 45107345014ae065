"""The sealed plan: what decides, its lock, departures from it, and when answers were read."""
