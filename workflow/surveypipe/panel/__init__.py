"""Planning the next study and analysing linked waves."""
