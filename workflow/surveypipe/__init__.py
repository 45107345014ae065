"""Survey weighting, estimation, sensitivity analysis, disclosure control and typesetting, over DataFrames."""
