"""What the OpenAPI document allows is answered as it says; a real server answers with the real model."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

import httpx
import numpy as np
import pytest
import requests
import schemathesis
import uvicorn
from asgi import encoded, grey, parts
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from stub import StubModel

from agesex import explain, faces, model
from agesex.api import Settings, create_app
from agesex.explain.explanation import from_raw

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip
EXAMPLES = 20  # per endpoint, of what is allowed and again of what is not


@pytest.fixture(scope="module")
def address():
    """Where a server with the stub listens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "load", lambda name=None: StubModel())
        patch.setattr(faces, "find", lambda photo: [])
        patch.setattr(explain, "explain", lambda m, c, target, method, **o: from_raw(np.eye(5), target, method))
        server = uvicorn.Server(
            uvicorn.Config(create_app(Settings()), port=0, log_config=None, access_log=False, ws="none")
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        while not httpx.get(f"http://127.0.0.1:{port}/healthz").json()["ready"]:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("mode", GenerationMode)
def test_whatever_is_asked_is_no_server_error(address, mode):
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    asked = set()

    def check(operation):
        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            answer = case.call()
            case.validate_response(answer, checks=CHECKS)
            asked.add((operation.label, answer.status_code))

        ask()

    for found in schema.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.POSITIVE or operation.label.startswith("POST"):
            check(operation)
    assert {"POST /v1/predict", "POST /v1/explain"} <= {label for label, _ in asked}
    assert {status for _, status in asked} & {200, 415, 422}


def test_predict_and_explain_answer_as_the_document_says(address):
    """Chance never makes a photo; here are some."""
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    sent = [
        ("/v1/predict", "files", [grey(90)], {"aligned": "true"}, 200),
        ("/v1/predict", "files", [grey(90), b"words"], {"aligned": "true"}, 200),
        ("/v1/predict", "files", [grey(90)], {}, 422),
        ("/v1/explain", "file", [grey(90)], {"aligned": "true", "layer": "x"}, 200),
        ("/v1/explain", "file", [b"words"], {}, 415),
    ]
    for path, name, photos, fields, status in sent:
        answer = requests.post(address + path, files=parts(name, photos), data=fields, timeout=30)
        assert answer.status_code == status, answer.text
        schema[path]["POST"].validate_response(answer)


def ready(address):
    try:  # each time anew: a loaded machine lets a kept connection lie until the server closes it
        return httpx.get(f"{address}/healthz/ready", timeout=60).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.model
def test_the_command_serves_the_portrait_of_the_samples_and_stops_in_order(root, tmp_path):
    from agesex import samples

    command = [sys.executable, "-m", "agesex", "serve", "--port", "0", "--timeout", "600"]
    variables = {**os.environ, "AGESEX_API_KEY": "k", "TMPDIR": str(tmp_path)}
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables, cwd=root)
    lines = []
    try:
        lines.append(server.stderr.readline())
        address = lines[0].split()[-1].removesuffix("/v1/predict")
        reader = threading.Thread(target=lambda: lines.extend(server.stderr))
        reader.start()
        photo = encoded(samples.get("astronaut").photo)
        until = time.monotonic() + 600  # what a loaded machine may need to import TensorFlow
        while not ready(address) and time.monotonic() < until:
            time.sleep(0.1)
        options = {"headers": {"X-API-Key": "k"}, "timeout": 600}
        answer = httpx.post(f"{address}/v1/predict", files={"files": ("my-name.png", photo)}, **options)
        assert answer.status_code == 200, answer.text
        (face,) = answer.json()["results"][0]["faces"]
        assert face["interval"]["low"] < 36 < face["interval"]["high"] and face["sex"] == "female"
        readme = (root / "README.md").read_text("utf-8")
        shown = json.loads(re.search(r'```json\n(\{"model".*?)\n```', readme, re.DOTALL)[1])
        assert shown["model"] == answer.json()["model"]
        assert shown["results"][0]["faces"][0]["age"] == pytest.approx(face["age"], abs=0.1)
        map_ = httpx.post(f"{address}/v1/explain", files={"file": ("my-name.png", photo)}, **options)
        assert map_.status_code == 200 and np.size(map_.json()["raw"]) > 1 and not map_.json()["empty"]
        assert httpx.get(f"{address}/v1/models").status_code == 401

        late, four = {}, [("files", ("my-name.png", photo))] * 4
        asking = threading.Thread(
            target=lambda: late.update(answer=httpx.post(f"{address}/v1/predict", files=four, **options))
        )
        asking.start()
        while "agesex_requests_taken 1.0" not in httpx.get(f"{address}/metrics", **options).text:
            assert asking.is_alive()
            time.sleep(0.02)
        server.send_signal(signal.SIGTERM)
        asking.join()
        assert late["answer"].status_code == 200 and len(late["answer"].json()["results"]) == 4
        assert server.wait(60) in (0, -signal.SIGTERM)
        reader.join()
    finally:
        server.kill()
        server.wait()
        server.stderr.close()
    said = "".join(lines)
    assert "my-name" not in said and "Traceback" not in said, said
    assert "POST /v1/predict 200" in said
    assert list(tmp_path.iterdir()) == []  # where temporary files would lie
