"""What a researcher types: `surveypipe new`, `surveypipe check`, `surveypipe review`, `surveypipe where`."""
