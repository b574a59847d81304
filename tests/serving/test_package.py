"""What is installed: the wheel alone, offline, without the training side."""

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN = ["torch", "transformers", "datasets", "sklearn", "fastapi", "scamlint_training"]


@pytest.mark.parametrize("module", ["scamlint", "scamlint.detector", "scamlint.cli", "scamlint.scorers.baseline"])
def test_serving_never_imports_the_training_side(module: str) -> None:
    code = f"import {module}, sys; print([name for name in {FORBIDDEN} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_does_not_load_a_model() -> None:
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom scamlint.cli import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0\n"
        "print([name for name in ('numpy', 'onnxruntime', 'rich', 'tokenizers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_models_whole_and_nothing_of_the_training_side(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert "scamlint/labels.toml" in names
        assert not [name for name in names if "training" in name or "extension" in name]
        configs = [name for name in names if name.startswith("scamlint/models/") and name.endswith("config.json")]
        assert configs
        for config in configs:
            for file, digest in json.loads(archive.read(config))["files"].items():
                content = archive.read(config.replace("config.json", file))
                assert hashlib.sha256(content).hexdigest() == digest


def test_the_wheel_alone_runs_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(wheel)], check=True, capture_output=True)
    document = tmp_path / "pitch.txt"
    document.write_text("Earn a guaranteed 2% daily profit, principal returned after 30 days.")
    done = subprocess.run(
        [tmp_path / "venv" / "bin" / "scamlint", "scan", str(document)], capture_output=True, check=True, cwd=tmp_path
    )
    assert b"guaranteed_return" in done.stdout
