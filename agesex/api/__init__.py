"""The same answers over HTTP: FastAPI, photos in memory only, concurrent photos share a forward pass.

    python -m agesex serve --port 8000              # or: make api
    app = create_app(Settings(workers=4))           # any ASGI server

| file | what it holds |
|---|---|
| app, settings, lifespan | how it is put together, what can be set, start and stop |
| predict, explain, registry, health | the endpoints |
| uploads, photos, queue | bytes to crops, crops to answers |
| limits, drain, keys | who may, how much at once, how a refused upload ends |
| problems, log, metrics | what an error looks like, what is recorded |

The packages come with `pip install -r requirements-api.txt`; importing this package needs them.
"""

from agesex.api.app import create_app
from agesex.api.settings import Settings

__all__ = ["Settings", "create_app"]
