"""The shapes of what people type about a case. Forms check shape only; actions decide."""
