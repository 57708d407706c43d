"""What can be set, and the limits."""

import os
from dataclasses import dataclass, field

from agesex import images, threads

KEY = "AGESEX_API_KEY"
MAX_FILES = 50  # photos of one request
MB = 2**20


@dataclass(frozen=True)
class Settings:
    """How one server behaves.

    Attributes:
        model: the model that answers where a request names none; the default one without it.
        workers: photos that are decoded and searched at the same time.
        max_waiting: requests that are taken on at the same time; one more gets 429.
        timeout: seconds that a request may take once its photos have arrived; then 503.
        upload_timeout: seconds that its photos may take to arrive; then 408.
        max_photo: bytes of one photo.
        max_files: photos of one request.
        max_body: bytes of one request.
        max_held: bytes that all requests together may hold in memory; beyond, 429.
        linger: seconds that the queue waits for a photo that is being decoded.
        models: models that are kept in memory.
        warm_up: load the model and the detector at the start instead of at the first request.
        key: requests under /v1 and /metrics must carry it; None for no key.
    """

    model: str | None = None
    workers: int = max(2, threads.CORES)
    max_waiting: int = 64
    timeout: float = 60.0
    upload_timeout: float = 60.0
    max_photo: int = images.MAX_BYTES
    max_files: int = MAX_FILES
    max_body: int = 256 * MB
    max_held: int = 512 * MB
    linger: float = 0.003
    models: int = 2
    warm_up: bool = True
    key: str | None = field(default_factory=lambda: os.environ.get(KEY) or None, repr=False)
