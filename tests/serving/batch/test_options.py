"""Options that cannot be right are refused in one sentence, before anything is read."""

import pytest

from scamlint.batch.limits import arm_cpu_limit
from scamlint.batch.options import MOST_SECONDS, BatchOptions
from scamlint.errors import OptionError
from scamlint.labels import label_names


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), -1.0, 0.0, 1e12])
def test_a_time_limit_that_no_system_can_keep_is_refused(seconds):
    with pytest.raises(OptionError, match=r"^timeout must be above 0 and at most 1,000,000 seconds, got "):
        BatchOptions(("in",), "out", timeout=seconds)


def test_the_longest_time_limit_can_be_set():
    BatchOptions(("in",), "out", timeout=MOST_SECONDS)
    try:
        arm_cpu_limit(MOST_SECONDS)
    finally:
        arm_cpu_limit(0.0)


def test_a_bad_time_limit_is_misuse_on_the_command_line(batch, tmp_path):
    (tmp_path / "in.txt").write_text("Words.")
    said = batch("in.txt", "--output", "out", "--timeout", "inf", expect=2).stderr.decode()
    assert said == "scamlint: timeout must be above 0 and at most 1,000,000 seconds, got inf.\n"


def test_the_ending_of_the_output_and_the_format_must_agree():
    with pytest.raises(OptionError, match=r"^x\.parquet names another format than csv; give the file that ending, or"):
        BatchOptions(("in",), "x.parquet", output_format="csv")
    assert BatchOptions(("in",), "X.CSV", output_format="csv").format == "csv"
    assert BatchOptions(("in",), "folder", output_format="csv").format == "csv"


@pytest.mark.parametrize("column", ["score", "count"])
def test_a_kept_column_never_takes_the_name_of_a_column_of_the_result(column):
    name = f"{column}_{label_names()[0]}"
    with pytest.raises(OptionError, match=f"^The column '{name}' cannot be kept: the result has a column of that name"):
        BatchOptions(("in",), "out.csv", keep=(name,))
    assert BatchOptions(("in",), "out.parquet", keep=(name,)).keep == (name,), "Parquet has a struct for the labels"
