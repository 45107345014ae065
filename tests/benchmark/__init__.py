"""Surveys of any size, and what each stage costs on them: see docs/performance.md."""
