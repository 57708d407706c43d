"""The parts of the page Predict: settings, one card per face, many photos, a crop by hand, downloads."""
