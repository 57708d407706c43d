"""The training pipeline: prepare, train, evaluate. It imports `agesex`, never the reverse."""
