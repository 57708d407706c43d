"""What /metrics says: numbers about requests and photos, never anything out of them."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
FACES = (1, 2, 4, 8, 16, 32, 64)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Metrics:
    """The figures of one server, in a registry of their own, so that two servers do not mix.

    Attributes:
        batch: histogram of faces per forward pass.
    """

    def __init__(self):
        """Start every figure at nothing."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "agesex_requests", "Requests", ["route", "method", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "agesex_request_seconds", "Time from request to answer", ["route"],
            buckets=SECONDS, registry=self._registry,
        )  # fmt: skip
        self._photos = Counter("agesex_photos", "Photos by outcome", ["outcome"], registry=self._registry)
        self.batch = Histogram(
            "agesex_batch_faces", "Faces per forward pass", buckets=FACES, registry=self._registry
        )
        self._depth = Gauge("agesex_queue_faces", "Faces that wait", registry=self._registry)
        self._taken = Gauge("agesex_requests_taken", "Requests under way", registry=self._registry)
        self._held = Gauge("agesex_held_bytes", "Bytes of photos in memory", registry=self._registry)

    def watch(self, work, limits):
        """Read depth and load from where they are at the time of asking."""
        self._depth.set_function(lambda: work.queue.depth)
        self._taken.set_function(lambda: limits.taken)
        self._held.set_function(lambda: limits.held)

    def request(self, route, method, status, seconds):
        """Count one request."""
        method = method if method in METHODS else "other"  # a client may invent as many as it likes
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def photo(self, outcome):
        """Count one photo: "answered", "explained", or the type of its problem."""
        self._photos.labels(outcome.removeprefix("urn:agesex:")).inc()

    def text(self):
        """Prometheus' text format, bytes."""
        return generate_latest(self._registry)
