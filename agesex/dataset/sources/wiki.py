"""The WIKI part of IMDB-WIKI as a source: see `imdb_wiki`."""

from agesex.dataset.sources import imdb_wiki

NAME = "wiki"
ABOUT = "IMDB-WIKI, the faces from Wikipedia: wiki.mat with its folder of pictures, or wiki_crop.tar"


def recognises(path):
    """Whether a path looks like it, by names only."""
    return imdb_wiki.recognises(path, NAME)


def rows(path, progress=None):
    """Yield Found or Refused for every row of wiki.mat; see `imdb_wiki.rows`."""
    return imdb_wiki.rows(path, NAME, progress)
