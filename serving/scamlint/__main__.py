"""``python -m scamlint``."""

from scamlint.cli import main

main()
