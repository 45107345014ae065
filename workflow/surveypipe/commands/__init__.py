"""What a researcher types: `surveypipe new`, `surveypipe check`, `surveypipe where`."""
