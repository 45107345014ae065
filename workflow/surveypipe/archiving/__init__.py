"""What is kept and handed on: the analysis file for colleagues."""
