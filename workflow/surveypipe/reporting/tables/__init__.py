"""Tables of the report, each made from the released tables."""
