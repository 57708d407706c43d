"""The IMDB part of IMDB-WIKI as a source: see `imdb_wiki`."""

from agesex.dataset.sources import imdb_wiki

NAME = "imdb"
ABOUT = "IMDB-WIKI, the faces from IMDb: imdb.mat with its folder of pictures, or imdb_crop.tar"


def recognises(path):
    """Whether a path looks like it, by names only."""
    return imdb_wiki.recognises(path, NAME)


def rows(path, progress=None):
    """Yield Found or Refused for every row of imdb.mat; see `imdb_wiki.rows`."""
    return imdb_wiki.rows(path, NAME, progress)
