"""What each claim is worth: cases, bounds, tipping points, scenarios, specifications."""
