"""How well the questions measure: reliability of scales, agreement of coders."""
