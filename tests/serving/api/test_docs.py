"""The API's documentation: every example runs, every table is current, every option is explained."""

import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from scamlint.api.reference import README, with_tables
from scamlint.api.settings import Settings

REPOSITORY = Path(__file__).parents[3]
BLOCKS = re.findall(r"```(sh|python|js)\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
COMMANDS = {"sh": ["sh", "-ec"], "python": [sys.executable, "-c"], "js": ["node", "--input-type=module", "-e"]}


def test_the_tables_are_current():
    text = README.read_text(encoding="utf-8")
    assert with_tables(text) == text, "run `python -m scamlint.api.reference`"


def test_there_are_examples_for_curl_python_and_javascript():
    assert {language for language, _ in BLOCKS} == {"sh", "python", "js"}


@pytest.mark.parametrize(("language", "code"), BLOCKS)
def test_an_example_runs_and_prints_an_answer(server, language, code):
    if shutil.which({"sh": "curl", "js": "node"}.get(language, "python3")) is None:
        pytest.skip(f"what runs {language} examples is not installed")
    code = code.replace("http://127.0.0.1:8000", server.url)
    done = subprocess.run([*COMMANDS[language], code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "urn:scamlint:problem" not in done.stdout
    assert "Assertion" not in done.stderr


def test_the_example_of_a_batch_shows_a_flagged_passage_and_an_error(server):
    (code,) = [code for language, code in BLOCKS if "/v1/scan/batch" in code]
    code = code.replace("http://127.0.0.1:8000", server.url)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    flagged, wrong = done.stdout.splitlines()
    assert "guaranteed" in flagged
    assert wrong == "b #/documents/1/text: It must be a valid string."


def test_help_explains_every_setting():
    done = subprocess.run(
        [sys.executable, "-m", "scamlint", "serve", "--help"], capture_output=True, text=True, check=True
    )
    said = " ".join(done.stdout.split())
    for name, field in Settings.model_fields.items():
        assert f"--{name.replace('_', '-')}" in said
        assert " ".join(field.description.split())[:25] in said


@pytest.mark.parametrize(
    ("options", "variables", "words"),
    [
        (["--port", "x"], {}, "--port (SCAMLINT_PORT): it must be a whole number, got 'x'.\n"),
        ([], {"SCAMLINT_PORT": "abc"}, "it must be a whole number, got 'abc'.\n"),
        ([], {"SCAMLINT_FEEDBACK": "perhaps"}, "it must be true or false, got 'perhaps'.\n"),
        ([], {"SCAMLINT_WORKERS": "0"}, "SCAMLINT_WORKERS"),
        (["--model", "nothing"], {}, "nothing"),
        (["--rate-limit-key", "often"], {}, "'often' is no rate limit; write it as in 600/minute.\n"),
        (["--cors-origins", "example.org/path"], {}, "https://example.org"),
        (["--feedback-database", "nonsense"], {}, "URL"),
        (["--api-keys-file", "/no/such/file"], {}, "/no/such/file"),
    ],
)
def test_a_wrong_setting_ends_with_one_sentence(tmp_path, options, variables, words):
    done = subprocess.run(
        [sys.executable, "-m", "scamlint", "serve", *options],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **variables},
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_ends_with_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "scamlint", "serve", "--port", port],
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == f"scamlint: Port {port} of 127.0.0.1 is taken; name another one with --port.\n"


def test_the_service_file_and_the_image_start_with_settings_that_exist():
    known = {f"SCAMLINT_{name.upper()}" for name in Settings.model_fields}
    options = {f"--{name.replace('_', '-')}" for name in Settings.model_fields}
    for file in (REPOSITORY / "serving" / "deploy").iterdir():
        text = file.read_text(encoding="utf-8")
        assert set(re.findall(r"SCAMLINT_[A-Z_]+", text)) <= known
        assert set(re.findall(r"scamlint serve (--[a-z-]+)", text)) <= options
