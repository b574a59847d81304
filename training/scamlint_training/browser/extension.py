"""The extension as files: what is generated for it, and the zip that browsers load."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

from scamlint.labels import all_labels

EXTENSION = Path(__file__).parents[3] / "serving" / "extension"
# The tint behind marked words, as the last two digits of a hex colour.
_TINT = "38"
_LEFT_OUT = (".md", ".py")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def labels_json() -> str:
    """Return what the extension knows of the labels."""
    rows = [
        {
            "name": label.name,
            "title": label.title,
            "explanation": label.explanation,
            "colour": label.colour,
            "dark": label.dark,
            "source": label.source,
            "url": label.url,
        }
        for label in all_labels()
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def highlight_css() -> str:
    """Return the style of the marks in pages."""
    rules = [
        f"::highlight(scamlint-{label.name}) {{\n"
        f"  background-color: {label.colour}{_TINT};\n"
        f"  text-decoration: underline 2px {label.colour};\n}}\n"
        for label in all_labels()
    ]
    return "/* Generated from data/labels.toml by `python -m scamlint_training.browser generate`. */\n" + "".join(rules)


def generate() -> list[Path]:
    """Write the generated files into the extension.

    Returns:
        Their paths.
    """
    written = {EXTENSION / "labels.json": labels_json(), EXTENSION / "content" / "highlight.css": highlight_css()}
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    return list(written)


def pack(target: Path) -> Path:
    """Pack the extension as a zip; the same files give the same bytes.

    Args:
        target: Path of the zip.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(EXTENSION.rglob("*")):
            if path.is_file() and path.suffix not in _LEFT_OUT:
                entry = zipfile.ZipInfo(path.relative_to(EXTENSION).as_posix(), _ZIP_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes())
    return target


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack the zip, as a browser loads a folder.

    Args:
        archive: The zip.
        folder: An empty or missing folder.

    Returns:
        The folder.
    """
    shutil.unpack_archive(archive, folder, "zip")
    return folder
