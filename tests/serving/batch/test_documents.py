"""What is read of mail, web pages and Word documents, and documents without words."""

import io
from email.message import EmailMessage

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from running import read_rows

from scamlint.batch.docx import docx_text
from scamlint.batch.html import html_text
from scamlint.batch.mail import mail_text
from scamlint.batch.options import BatchOptions

OPTIONS = BatchOptions(("in",), "out")


def mail(*parts, subject="News"):
    message = EmailMessage()
    message["Subject"] = subject
    message.make_mixed()
    for part in parts:
        message.attach(part)
    return message


def part(words, kind="plain", **more):
    message = EmailMessage()
    message.set_content(words, subtype=kind, **more)
    return message


def alternative(plain, html):
    message = EmailMessage()
    message.set_content(plain)
    message.add_alternative(html, subtype="html")
    return message


def lines(text):
    return [line for line in text.splitlines() if line.strip()]


def test_the_html_of_a_mail_is_read_when_it_says_something_else():
    message = alternative("Please see the HTML version.", "<p>Guaranteed 2% a day.</p><p>Zero risk.</p>")
    message["Subject"] = "News"
    assert lines(mail_text(message.as_bytes(), OPTIONS)) == [
        "News",
        "Please see the HTML version.",
        "Guaranteed 2% a day.",
        "Zero risk.",
    ]


def test_a_mail_that_says_the_same_twice_is_read_once():
    plain = "Dear members,\n\nthe meeting\nis on Monday, see [1]: https://example.org/a?b=c for more.\n"
    html = (
        "<title>Letter</title><h1>Dear members,</h1><p>the meeting is on&nbsp;Mon&shy;day, see [1]: "
        '<a href="https://example.org/a?b=c">for</a> more.</p><p>Only here.</p>'
    )
    found = lines(mail_text(alternative(plain, html).as_bytes(), OPTIONS))
    assert found == [*lines(plain), "Letter", "Only here."]


def test_every_text_part_of_a_mail_is_read_and_no_attachment():
    forwarded = EmailMessage()
    forwarded["Subject"] = "Forwarded"
    forwarded.set_content("Words of the forwarded mail.")
    message = mail(
        part("First part."),
        part("<p>Second part.</p>", "html"),
        part("Third part.", disposition="inline", filename="note.txt"),
        part("Attached words.", disposition="attachment", filename="offer.txt"),
        alternative("Fourth part.", "<p>Fourth part.</p>"),
    )
    message.add_attachment(forwarded, disposition="inline")
    assert lines(mail_text(message.as_bytes(), OPTIONS)) == [
        "News",
        "First part.",
        "Second part.",
        "Third part.",
        "Fourth part.",
        "Forwarded",
        "Words of the forwarded mail.",
    ]


@pytest.mark.parametrize("kind", ["multipart/mixed", 'multipart/alternative; boundary=""'])
def test_a_mail_whose_parts_have_no_boundary_is_read(kind):
    raw = f"Subject: News\nMIME-Version: 1.0\nContent-Type: {kind}\n\nZero risk, sign up today.\n"
    assert lines(mail_text(raw.encode(), OPTIONS)) == ["News", "Zero risk, sign up today."]


def test_the_declared_encoding_of_a_mail_counts_for_html_too():
    message = alternative("Siehe HTML.", "<p>Ä</p>")
    raw = message.as_bytes().replace(b"utf-8", b"cp1251").replace("Ä".encode(), b"\xc4\xee\xf5\xee\xe4")
    assert lines(mail_text(raw, OPTIONS)) == ["Siehe HTML.", "Доход"]


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\r\n\r\n", b"\n", b"\xef\xbb\xbf\r\n"])
def test_a_mail_behind_a_mark_or_empty_lines_is_a_mail(start):
    message = alternative("Zero risk.", "<p>Sign up today.</p>")
    message["Subject"] = "News"
    assert lines(mail_text(start + message.as_bytes(), OPTIONS)) == ["News", "Zero risk.", "Sign up today."]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_mail_that_an_editor_saved_in_another_encoding_is_a_mail(encoding):
    raw = "Subject: News\nContent-Type: text/plain; charset=utf-8\n\nGarantierte Erträge.\n"
    assert lines(mail_text(raw.encode(encoding), OPTIONS)) == ["News", "Garantierte Erträge."]


def test_the_parts_of_forms_are_words_of_a_page():
    page = """<title>Plans</title><p>Join <label>now <input type=text value=private></label> today</p>
        <select><option>Gold 2% daily<option>Silver<optgroup label=x><option>Bronze</optgroup></select>
        <button>Invest <b>today</b></button><input type="submit" value="Double it">
        <textarea>Zero &lt;risk&gt;</textarea><details><summary>More</summary>Small print</details>"""
    assert lines(html_text(page)) == [
        "Plans",
        "Join now today",
        "Gold 2% daily",
        "Silver",
        "Bronze",
        "Invest today",
        "Double it",
        "Zero <risk>",
        "More",
        "Small print",
    ]


def test_a_page_with_hundreds_of_buttons_is_read_whole():
    page = "".join(f"<p>Plan {n} <label>pays {n}%</label><button>Buy {n}</button></p>" for n in range(300))
    assert lines(html_text(page)) == [words for n in range(300) for words in (f"Plan {n} pays {n}%", f"Buy {n}")]


EMPTY = ("script src='a.js'", "title", "style type='text/css' ", "textarea", "iframe src='a.html'", "noscript")


@pytest.mark.parametrize("tag", [*EMPTY, *map(str.upper, EMPTY)])
@pytest.mark.parametrize("start", ["<?xml version='1.0'?>\n<html>", "<html xmlns='http://www.w3.org/1999/xhtml'>"])
def test_an_element_of_xhtml_that_closes_itself_hides_nothing(tag, start):
    page = f"{start}<head><{tag}/></head><body><p>Zero risk.</p><{tag} /><p>Sign up today.</p></body></html>"
    assert lines(html_text(page)) == ["Zero risk.", "Sign up today."]


def test_a_script_in_a_page_of_html_ends_where_html_says():
    assert lines(html_text("<p>one</p><script src=a.js />no</script><p>two</p>")) == ["one", "two"]


def test_what_a_page_hides_is_not_read():
    hidden = ["<p hidden>no</p>", '<p style="color:red; DISPLAY: none">no</p>', '<div style="display:none"><p>no</div>',
              "<button hidden>no</button>", "<script>no</script>", "<noscript>no</noscript>", "<template>no</template>",
              "<style>no</style>", "<!-- no -->", "<option style='display:none'>no</option>"]  # fmt: skip
    page = "<p>one</p>" + "".join(hidden) + '<p hidden style="display:block">two</p><p style="display:flex">three</p>'
    assert lines(html_text(page)) == ["one", "two", "three"]


def test_a_page_that_hides_all_its_words_until_a_script_ran_is_read():
    assert lines(html_text('<body style="display:none"><p>one</p><p hidden>no</p>')) == ["one"]
    assert lines(html_text('<div id="app" style="display:none"><p>one</p></div>')) == ["one"]


def saved(document):
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def words_of(document):
    return lines(docx_text(saved(document), 1 << 20))


def test_merged_cells_of_a_word_table_are_read_once():
    document = docx.Document()
    table = document.add_table(3, 3)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"cell {number}"
    table.cell(0, 0).merge(table.cell(0, 2)).text = "Wide"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "Tall"
    inner = table.cell(2, 2).add_table(1, 1)
    inner.cell(0, 0).text = "Inner"
    assert words_of(document) == ["Wide", "Tall", "cell 4", "cell 5", "cell 7", "cell 8", "Inner"]


def test_headers_and_footers_of_every_section_are_read():
    document = docx.Document()
    document.add_paragraph("Body one.")
    first = document.sections[0]
    first.header.paragraphs[0].text = "Header one."
    first.footer.paragraphs[0].text = "Footer one."
    first.different_first_page_header_footer = True
    first.first_page_footer.paragraphs[0].text = "Footer of the first page."
    second = document.add_section()
    second.header.is_linked_to_previous = False
    second.header.paragraphs[0].text = "Header two."
    document.add_paragraph("Body two.")
    document.add_section()
    assert words_of(document) == [
        "Header one.",
        "Header two.",
        "Body one.",
        "Body two.",
        "Footer of the first page.",
        "Footer one.",
    ]


def test_words_in_links_changes_fields_and_text_boxes_are_read():
    document = docx.Document()
    word = nsdecls("w")
    boxes = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:sdt {word} {boxes}><w:sdtContent><w:p><w:r><w:t>Earn </w:t></w:r>"
            "<w:ins><w:r><w:t>2% </w:t></w:r></w:ins><w:del><w:r><w:delText>3% </w:delText></w:r></w:del>"
            "<w:hyperlink><w:r><w:t>daily</w:t><w:br/><w:t>now</w:t></w:r></w:hyperlink>"
            f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
            "</mc:AlternateContent></w:r></w:p></w:sdtContent></w:sdt>"
        ),
    )
    assert words_of(document) == ["Earn 2% daily", "now", "In a box."]


@pytest.mark.parametrize("strict", [False, True])
def test_documents_without_words_say_so(batch, tmp_path, strict):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("")
    (folder / "b.md").write_text(" \n\n")
    (folder / "c.html").write_text("<html><body><img src='offer.png'></body></html>")
    (folder / "d.docx").write_bytes(saved(docx.Document()))
    (folder / "e.eml").write_text("From: a@example.org\n\n")
    (folder / "f.jsonl").write_text('{"id": "row", "text": ""}\n')
    batch("in", "--output", "out.jsonl", *(["--strict"] if strict else []), expect=3 if strict else 0)
    rows = read_rows(tmp_path / "out.jsonl")
    assert [row["status"] for row in rows] == ["no_text"] * 5 + ["ok"], "an empty text in a row is a text"
    assert all(row["level"] is None and row["error"] for row in rows[:5])
