"""The command line of the corpus: ``python -m scamlint_training.corpus COMMAND``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scamlint_training.corpus.documents import CORPUS, SPLITS
from scamlint_training.corpus.markup import MarkupError


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command; exit status 0, 1 when something is to be mended, 2 when an argument or a file is wrong."""
    arguments = _parser().parse_args(argv)
    try:
        status = arguments.run(arguments)
    except (MarkupError, FileNotFoundError, KeyError, ValueError) as error:
        sys.stderr.write(f"{error.args[0] if error.args else error}\n")
        status = 2
    sys.exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scamlint_training.corpus", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="corpus folder (default: data/corpus)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("check", help="refuse bad offsets, labels, families, duplicates")
    command.add_argument("--against", type=Path, help="folder of texts of which nothing may be copied")
    command.add_argument("--mend", action="store_true", help="first trim the edges of spans in place")
    command.set_defaults(run=_check)

    command = commands.add_parser("ingest", help="inline drafts into the stored form")
    command.add_argument("drafts", type=Path, help="folder of *.txt drafts; its name becomes the block's")
    command.add_argument("--split", choices=SPLITS, help="put everything there instead of splitting by family")
    command.set_defaults(run=_ingest)
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _check(arguments: argparse.Namespace) -> int:
    from scamlint_training.corpus.check import check
    from scamlint_training.corpus.foreign import read_folder
    from scamlint_training.corpus.ingest import mend_edges

    if arguments.mend:
        _say(f"Spans trimmed in {', '.join(mend_edges(arguments.corpus)) or 'no document'}.")
    foreign = read_folder(arguments.against) if arguments.against else []
    problems = check(arguments.corpus, foreign=foreign)
    for problem in problems:
        _say(f"{arguments.corpus.name}/{problem}")
    _say(f"{len(problems)} problems." if problems else "The corpus is sound.")
    return 1 if problems else 0


def _ingest(arguments: argparse.Namespace) -> int:
    from scamlint_training.corpus.ingest import ingest

    counts = ingest(arguments.drafts, arguments.corpus, arguments.split)
    _say(", ".join(f"{count} to {split}" for split, count in counts.items()))
    return 0
