"""The OpenAPI description: schemathesis runs all of it against the real server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def test_schemathesis_finds_no_failure(start, tmp_path):
    server = start()
    command = Path(sys.executable).parent / "schemathesis"
    if not command.exists():
        pytest.skip("schemathesis is not installed")
    done = subprocess.run(
        [
            str(command),
            "run",
            server.url + "/openapi.json",
            "--checks",
            "all",
            "--max-examples",
            "15",
            "--seed",
            "1",
            "--no-color",
            "--generation-database",
            "none",
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=170,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert '"level": "error"' not in server.text()


def test_every_route_has_an_example_that_the_server_takes(server):
    schema = server.client.get("/openapi.json").json()
    tried = 0
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert operation["description"]
            if method != "post":
                assert server.client.get(path).status_code == 200, path
                continue
            name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            examples = schema["components"]["schemas"][name]["examples"]
            for example in examples:
                assert server.client.post(path, json=example).status_code in (200, 201), (path, example)
                tried += 1
    assert tried >= 4
    assert "http" not in json.dumps(schema["paths"])
