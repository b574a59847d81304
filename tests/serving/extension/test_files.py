"""The files of the extension: generated ones are current, permissions are few and explained, the zip is complete."""

import json
import re
import zipfile

import pytest

from scamlint_training.browser import extension
from scamlint_training.browser.extension import EXTENSION

MANIFEST = json.loads((EXTENSION / "manifest.json").read_text(encoding="utf-8"))


def test_what_the_extension_knows_of_the_labels_is_current():
    assert (EXTENSION / "labels.json").read_text(encoding="utf-8") == extension.labels_json()
    assert (EXTENSION / "content" / "highlight.css").read_text(encoding="utf-8") == extension.highlight_css()


def test_the_permissions_are_these_and_no_more():
    assert MANIFEST["permissions"] == ["activeTab", "scripting", "storage"]
    assert MANIFEST["host_permissions"] == ["http://127.0.0.1/*", "http://localhost/*"]
    assert "content_scripts" not in MANIFEST, "Scripts are registered only for the sites that the user allows."
    assert "web_accessible_resources" not in MANIFEST


def test_every_permission_has_its_reason_in_the_store_text():
    text = (EXTENSION / "STORE.md").read_text(encoding="utf-8")
    for name in [*MANIFEST["permissions"], *MANIFEST["host_permissions"], *MANIFEST["optional_host_permissions"]]:
        assert f"`{name}`" in text, name
    assert len(MANIFEST["description"]) <= 132, "The stores cut longer descriptions."


def test_the_zip_holds_every_file_that_the_extension_names(tmp_path):
    first = extension.pack(tmp_path / "a.zip")
    assert first.read_bytes() == extension.pack(tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(first) as archive:
        names = set(archive.namelist())
        code = "\n".join(archive.read(name).decode() for name in sorted(names) if name.endswith((".js", ".html")))
    named = {"background.js", "labels.json", *MANIFEST["icons"].values(), *MANIFEST["action"]["default_icon"].values()}
    named |= set(re.findall(r'"(content/[\w-]+\.(?:js|css))"', code))
    assert named <= names
    assert not [name for name in names if name.endswith(".md")]


@pytest.mark.parametrize("size", [16, 32, 48, 128])
def test_icons_have_their_size(size):
    data = (EXTENSION / "icons" / f"{size}.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == int.from_bytes(data[20:24], "big") == size


def test_no_code_comes_from_elsewhere():
    for path in EXTENSION.rglob("*.js"):
        code = path.read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", code), path.name
        assert not re.search(r"""(?:import|from)\s*\(?["']https?:""", code), path.name
    for path in EXTENSION.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|style=|<script(?! type=\"module\" src=\"[\w.]+\")|onclick", page), path.name
