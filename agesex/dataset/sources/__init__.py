"""Ways in: each file reads one form in which people hold labelled faces, see `sources.base`."""
