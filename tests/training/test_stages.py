"""Stages of training: what is read when, and how the learning rate goes."""

from __future__ import annotations

import pytest

from scamlint_training.corpus import Document
from scamlint_training.stages import check_stages, rate_factor, stages_of


def document(block: str) -> Document:
    return Document(
        id=f"{block}-01-001", text="A text.", spans=(), genre="faq", stance="neutral", family=block, tags=("plain",)
    )


def test_stages_read_the_corpus_as_it_grew_and_at_last_everything() -> None:
    blocks = [document(block) for block in ("b01", "b16", "b24", "m01", "m02")]
    stages = stages_of(blocks, "b16:3,m01:2-", 4)
    assert [[read.id[:3] for read in stage.documents] for stage in stages] == [
        ["b01", "b16"],
        ["b01", "b16", "b24", "m01"],
        ["b01", "b16", "b24", "m01", "m02"],
    ]
    assert [(stage.passes, stage.falls) for stage in stages] == [(3, False), (2, True), (4, True)]


def test_a_stage_may_begin_at_a_block_and_nothing_need_follow() -> None:
    blocks = [document(block) for block in ("b01", "b16", "m01", "m02")]
    stages = stages_of(blocks, "m01:1,b16..m01:2-", 0)
    assert [[read.id[:3] for read in stage.documents] for stage in stages] == [["b01", "b16", "m01"], ["b16", "m01"]]


def test_rate_rises_stands_still_falls_and_rises_anew_after_a_fall() -> None:
    def factor(step: int) -> float:
        return rate_factor(step, ends=[100, 200, 300], falls=[False, True, True], warmup=20, decay_share=0.5)

    assert [factor(step) for step in (9, 19, 50, 100, 150)] == [0.5, 1.0, 1.0, 1.0, 1.0]
    assert factor(175) == 0.5
    assert [factor(step) for step in (209, 219, 250, 275, 300)] == [0.5, 1.0, 1.0, 0.5, 0.0]


@pytest.mark.parametrize("stages", ["b16", "b16:x", "b16:3;b24:2", "b16:3--", "b16..:3", "b16.m01:3"])
def test_stages_that_cannot_be_read_are_refused(stages: str) -> None:
    with pytest.raises(ValueError, match="block:passes"):
        check_stages(stages)
