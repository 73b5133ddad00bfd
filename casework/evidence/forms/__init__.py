"""The shapes of what people type about sources and evidence. Forms check shape only; actions decide."""
