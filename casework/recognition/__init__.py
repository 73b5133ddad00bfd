"""The same footage met again: frame hashes, matches, clusters, independence."""
