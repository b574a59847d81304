"""The command line of the corpus: ``python -m scamlint_training.corpus COMMAND``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from scamlint_training.corpus.documents import CORPUS, SPLITS, GoldSpan
from scamlint_training.corpus.markup import MarkupError
from scamlint_training.corpus.transfer import EXPORT_FORMS, IMPORT_FORMS


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command; exit status 0, 1 when something is to be mended, 2 when an argument or a file is wrong."""
    arguments = _parser().parse_args(argv)
    try:
        status = arguments.run(arguments)
    except OSError as error:
        sys.stderr.write(f"{error.filename} cannot be used: {error.strerror}.\n" if error.filename else f"{error}\n")
        status = 2
    except KeyError as error:
        sys.stderr.write(f"A row lacks the field {error}; run check for its place.\n")
        status = 2
    except (MarkupError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
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

    command = commands.add_parser("stats", help="count everything, beside what was asked for; measure variety")
    command.add_argument("--compare", type=Path, help="measure the variety of this folder's texts too, if it is there")
    command.add_argument("--record", action="store_true", help="keep the folder's figures for the card")
    command.set_defaults(run=_stats)

    command = commands.add_parser("audit", help="shortcuts, giveaway words, stock keywords")
    command.add_argument("--compare", type=Path, help="JSON lines with text and spans: do shallow habits hold there?")
    command.set_defaults(run=_audit)

    command = commands.add_parser("card", help="write the generated parts of data/README.md anew")
    command.set_defaults(run=_card)

    command = commands.add_parser("ingest", help="inline drafts into the stored form")
    command.add_argument("drafts", type=Path, help="folder of *.txt drafts; its name becomes the block's")
    command.add_argument("--split", choices=SPLITS, help="put everything there instead of splitting by family")
    command.set_defaults(run=_ingest)
    _add_transfer(commands)
    _add_agreement(commands)
    return parser


def _add_transfer(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("export", help="write documents for other tools or for annotators")
    command.add_argument("--form", choices=EXPORT_FORMS, required=True, help="blind: ids and texts only")
    command.add_argument("--split", dest="splits", choices=SPLITS, nargs="+", default=SPLITS)
    command.add_argument("--id", dest="ids", nargs="+", default=(), help="only these documents")
    command.add_argument("--output", type=Path, help="file (default: standard output); with --per-file, a folder")
    command.add_argument("--per-file", type=int, help="write files of so many documents each")
    command.set_defaults(run=_export)

    command = commands.add_parser("import", help="read what other tools or annotators wrote")
    command.add_argument("files", type=Path, nargs="+")
    command.add_argument("--form", choices=[*IMPORT_FORMS, "blind"], required=True)
    command.add_argument("--output", type=Path, help="write one file instead of changing the corpus; blind needs it")
    command.add_argument("--block", help="name of the corpus file for documents that are new")
    command.set_defaults(run=_import)


def _add_agreement(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("agreement", help="compare two annotations; adjudicate; keep the figures' sources")
    command.add_argument("second", type=Path, help='JSON lines: {"id", "spans": [{"start", "end", "label"}]}')
    command.add_argument("--first", type=Path, help="the annotation to compare with (default: the corpus)")
    command.add_argument("--disagreements", type=Path, help="write them here, one JSON line each, to be decided")
    command.add_argument("--record", action="store_true", help="keep both annotations in data/agreement for the card")
    command.set_defaults(run=_agreement)

    command = commands.add_parser("apply", help="write decided disagreements into the corpus")
    command.add_argument("decisions", type=Path)
    command.set_defaults(run=_apply)


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


def _stats(arguments: argparse.Namespace) -> int:
    from scamlint_training.corpus.card import SAMPLE_TEXTS, SAMPLE_WORDS, counts_section, write_yardstick
    from scamlint_training.corpus.diversity import diversity, diversity_table
    from scamlint_training.corpus.documents import load_corpus
    from scamlint_training.corpus.foreign import read_folder

    splits = load_corpus(arguments.corpus)
    documents = [document for split in splits.values() for document in split]
    families = [document.family for document in documents]
    _say(counts_section(splits))
    own = diversity([document.text for document in documents], families, SAMPLE_WORDS, SAMPLE_TEXTS)
    other = None
    if arguments.compare is not None and arguments.compare.is_dir():
        # One text may lie in several files of the folder (whole, and cut for annotation); its beginning tells.
        texts = list({text[:200]: text for _, text in read_folder(arguments.compare)}.values())
        other = diversity(texts, [str(number) for number in range(len(texts))], SAMPLE_WORDS, SAMPLE_TEXTS)
        if arguments.record:
            write_yardstick(f"{arguments.compare.name} ({len(texts)} texts)", other)
    elif arguments.compare is not None:
        _say(f"\n{arguments.compare} is not there; nothing to compare with.")
    _say("\n### Variety\n\n" + diversity_table(own, other, arguments.compare.name if other else ""))
    return 0


def _audit(arguments: argparse.Namespace) -> int:
    from scamlint_training.corpus.audit import transfer, transfer_section
    from scamlint_training.corpus.card import audits_section, read_yardstick
    from scamlint_training.corpus.documents import load_corpus
    from scamlint_training.corpus.foreign import read_spans

    documents = [document for split in load_corpus(arguments.corpus).values() for document in split]
    _say(audits_section(documents, read_yardstick()))
    if arguments.compare is not None and arguments.compare.is_file():
        others = read_spans(arguments.compare)
        _say("\n" + transfer_section(transfer(documents, others), arguments.compare.name))
    elif arguments.compare is not None:
        _say(f"\n{arguments.compare} is not there; nothing to compare with.")
    return 0


def _card(arguments: argparse.Namespace) -> int:
    from scamlint_training.corpus.card import CARD, fill, sections
    from scamlint_training.corpus.documents import load_corpus

    parts = sections(load_corpus(arguments.corpus))
    CARD.write_text(fill(CARD.read_text(encoding="utf-8"), parts), encoding="utf-8")
    _say(f"{CARD} is up to date.")
    return 0


def _ingest(arguments: argparse.Namespace) -> int:
    from scamlint_training.corpus.ingest import ingest

    counts = ingest(arguments.drafts, arguments.corpus, arguments.split)
    _say(", ".join(f"{count} to {split}" for split, count in counts.items()))
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from scamlint_training.corpus.blind import blind_order
    from scamlint_training.corpus.transfer import choose, render

    documents = choose(arguments.splits, arguments.ids, arguments.corpus)
    if arguments.form == "blind":
        documents = blind_order(documents)
    if arguments.output is None:
        sys.stdout.write(render(arguments.form, documents))
        return 0
    if arguments.per_file is None:
        arguments.output.write_text(render(arguments.form, documents), encoding="utf-8")
        _say(f"{len(documents)} documents in {arguments.output}.")
        return 0
    arguments.output.mkdir(parents=True, exist_ok=True)
    size = arguments.per_file
    for number, start in enumerate(range(0, len(documents), size), start=1):
        content = render(arguments.form, documents[start : start + size])
        (arguments.output / f"{number:03d}.txt").write_text(content, encoding="utf-8")
    _say(f"{len(documents)} documents in {number} files in {arguments.output}.")
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from scamlint_training.corpus.documents import write_jsonl
    from scamlint_training.corpus.transfer import merge, parse

    if arguments.form == "blind":
        return _import_blind(arguments)
    documents = []
    for path in arguments.files:
        documents += parse(arguments.form, path.read_text(encoding="utf-8"), path.stem)
    if arguments.output is not None:
        write_jsonl(arguments.output, documents)
        _say(f"{len(documents)} documents in {arguments.output}.")
        return 0
    counts = merge(documents, arguments.block, arguments.corpus)
    _say(f"{counts['replaced']} documents replaced, {counts['added']} added; now run check.")
    return 0


def _import_blind(arguments: argparse.Namespace) -> int:
    from scamlint_training.corpus.agreement import write_annotations
    from scamlint_training.corpus.blind import parse_blind
    from scamlint_training.corpus.documents import load_corpus

    if arguments.output is None:
        raise ValueError("A blind annotation never overwrites the corpus; give --output FILE.jsonl.")
    texts = {document.id: document.text for split in load_corpus(arguments.corpus).values() for document in split}
    annotations: dict[str, tuple[GoldSpan, ...]] = {}
    failures = []
    for path in arguments.files:
        try:
            found = parse_blind(path.read_text(encoding="utf-8"), texts)
        except MarkupError as error:
            failures += [f"{path}: {line}" for line in str(error).split("\n")]
            continue
        twice = sorted(found.keys() & annotations.keys())
        failures += [f"{path}: {key!r} was annotated in another file too; keep one of them." for key in twice]
        annotations.update(found)
    if failures:
        raise MarkupError("\n".join(failures))
    write_annotations(arguments.output, annotations)
    _say(f"{len(annotations)} documents, {sum(map(len, annotations.values()))} spans in {arguments.output}.")
    return 0


def _agreement(arguments: argparse.Namespace) -> int:
    from scamlint_training.corpus.adjudicate import disagreements
    from scamlint_training.corpus.agreement import agreement, agreement_table, read_annotations, record
    from scamlint_training.corpus.documents import load_corpus

    documents = [document for split in load_corpus(arguments.corpus).values() for document in split]
    texts = {document.id: document.text for document in documents}
    second = read_annotations(arguments.second)
    if arguments.first:
        first = read_annotations(arguments.first)
    else:
        first = {document.id: document.spans for document in documents}
    rows = agreement(first, second, texts)
    differing = list(disagreements(first, second))
    _say(agreement_table(rows))
    _say(f"{len(first.keys() & second.keys())} documents, {len(differing)} disagreements.")
    if arguments.record:
        record(first, second)
    if arguments.disagreements:
        lines = [json.dumps(one.to_dict(texts[one.id]), ensure_ascii=False) + "\n" for one in differing]
        arguments.disagreements.write_text("".join(lines), encoding="utf-8")
    return 0


def _apply(arguments: argparse.Namespace) -> int:
    from scamlint_training.corpus.adjudicate import apply, read_decisions

    changed = apply(read_decisions(arguments.decisions), arguments.corpus)
    _say(f"Spans changed in {len(changed)} documents; now run check.")
    return 0
