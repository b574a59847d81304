"""Commands: ``generate``, ``icons``, ``pack``, ``screenshots``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scamlint_training.browser import extension

_ROOT = Path(__file__).parents[3]


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m scamlint_training.browser", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("generate", help="write labels.json and highlight.css of the extension")
    commands.add_parser("icons", help="draw the icons of the extension from the SVG (needs Chromium)")
    packing = commands.add_parser("pack", help="pack the extension as a zip")
    packing.add_argument("--output", type=Path, default=_ROOT / "dist" / "scamlint-extension.zip")
    shots = commands.add_parser("screenshots", help="take the pictures of README (needs Chromium)")
    shots.add_argument("--output", type=Path, default=_ROOT / "serving" / "screenshots")
    shots.add_argument("--model", default="", help="model to show; scamlint's default when empty")
    arguments = parser.parse_args()
    if arguments.command == "generate":
        written = extension.generate()
    elif arguments.command == "pack":
        written = [extension.pack(arguments.output)]
    else:
        from scamlint_training.browser import screenshots

        if arguments.command == "icons":
            written = screenshots.draw_icons()
        else:
            written = screenshots.take(arguments.output, arguments.model)
    sys.stdout.write("".join(f"{path}\n" for path in written))


if __name__ == "__main__":
    main()
