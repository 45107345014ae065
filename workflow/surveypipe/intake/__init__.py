"""From the files as they came to the analysis file: reading, drafting, cleaning, dispositions."""
