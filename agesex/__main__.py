"""`python -m agesex`: the command line, see `agesex.cli`."""

import sys

from agesex.cli import main

sys.exit(main())
