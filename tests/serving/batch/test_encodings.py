"""Text that is not valid UTF-8: its encoding is found out, and no letter of it is lost."""

import pytest
from running import read_rows

from scamlint.batch.streams import decode_text

PLAIN = "The library opens at nine and closes at five every day of the week. "
PITCH = "Earn a guaranteed 2% daily – it’s assured."


@pytest.mark.parametrize("letters", ["It’s here.", "“Zero risk” – it’s assured…", "Pay 5 €"])
@pytest.mark.parametrize("times", [0, 1, 20_000])
def test_a_few_letters_of_windows_1252_are_read(letters, times):
    text = PLAIN * times + letters + PLAIN * times
    page = f"<p>{text}</p>"
    assert decode_text(text.encode("cp1252"), None) == text
    assert decode_text(page.encode("cp1252"), None, html=True) == page


@pytest.mark.parametrize("damage", [b"\xff", b"\xc3", b"\x92"])
def test_utf_8_with_a_fault_stays_utf_8(damage):
    text = "Der Käufer zahlt für 🚀 zu viel."
    assert decode_text(text.encode() + damage + text.encode(), None) == f"{text}\ufffd{text}"
    marked = "Words that an editor lost: \ufffd\ufffd"  # these are letters of the text, and no faults
    assert decode_text(marked.encode() + damage + b".", None) == f"{marked}\ufffd."


def test_other_encodings_are_still_found():
    for encoding, text in [
        ("cp1251", "Гарантированный доход без риска каждый день. "),
        ("shift_jis", "これは日本語の文章です。"),
        ("gb18030", "这是一个中文句子"),
    ]:
        assert decode_text((text * 5).encode(encoding), None) == text * 5


def test_rows_of_a_table_in_windows_1252_are_scored(batch, tmp_path):
    (tmp_path / "in.csv").write_bytes(f"id,text,note\na,{PLAIN},It’s\nb,{PITCH},x\n".encode("cp1252"))
    batch("in.csv", "--output", "out.jsonl", "--keep", "note")
    rows = read_rows(tmp_path / "out.jsonl")
    assert [(row["status"], row["note"]) for row in rows] == [("ok", "It’s"), ("ok", "x")]
    assert rows[1]["characters"] == len(PITCH)
