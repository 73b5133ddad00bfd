"""Sources, items, files in the write-once store, custody and previews."""
