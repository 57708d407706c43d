"""An import that runs beside what else a program does, says how far it is, and can be stopped.

job = Job("UTKFace.tar.gz").start()
job.state, job.report.seen       # "running", 4500
job.stop()                       # what was read is kept; the same import goes on from there
"""

import logging
import threading

from agesex.dataset import importing, unfinished
from agesex.errors import AgeSexError

RUNNING, STOPPING, DONE, STOPPED, FAILED = "running", "stopping", "done", "stopped", "failed"


class _Stopped(Exception):
    """Somebody asked the import to stop."""


class Job:
    """One import in a thread.

    Attributes:
        state: `RUNNING`, `STOPPING`, `DONE`, `STOPPED` or `FAILED`.
        report: `importing.Report` as it stands, or None before the first photos are read.
        share: how much of the source was read, 0 to 1; None where nobody knows (yet).
        kept: photos that an import which did not end well keeps; it goes on from there.
        error: what went wrong, a sentence, or "".
    """

    def __init__(self, path, source=None, name=None, replace=False):
        """Prepare it; arguments as of `importing.import_from`."""
        self.state, self.report, self.error = RUNNING, None, ""
        self.name = name  # of the data set; that of the source, once it is known, where none was given
        self._asked = path, source, name, replace
        self._thread = threading.Thread(target=self._run, name="import", daemon=True)

    def start(self):
        """Begin; returns the job."""
        self._thread.start()
        return self

    def stop(self):
        """Ask it to stop after the photos that are being read now."""
        if self.state == RUNNING:
            self.state = STOPPING

    def wait(self, seconds=None):
        """Wait until it has ended, or so many seconds; returns whether it has."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def at_work(self):
        """Whether it has not ended yet."""
        return self.state in (RUNNING, STOPPING)

    @property
    def share(self):
        """How much of the source was read, 0 to 1, or None."""
        return getattr(self.report, "share", None)

    @property
    def kept(self):
        """Photos that are kept of an import that was stopped or failed."""
        return unfinished.photos(self.name) if self.name and self.state in (STOPPED, FAILED) else 0

    def _run(self):
        path, source, name, replace = self._asked
        try:
            self.report = importing.import_from(
                path, source, name=name, replace=replace, progress=self._progress
            )
            self.state = DONE
        except _Stopped:
            self.state = STOPPED
        except AgeSexError as error:
            self.error, self.state = str(error), FAILED
        except Exception:  # a bug: nobody else would hear of it in a thread
            logging.getLogger("agesex.data_set").exception("an import failed")
            self.error, self.state = (
                "The import failed for a reason that nobody foresaw; the log has it.",
                FAILED,
            )

    def _progress(self, report):
        self.report, self.name = report, report.name
        if self.state == STOPPING:
            raise _Stopped
