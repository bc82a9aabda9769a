"""The comparison of the answers of two checkouts finds what differs, and only that."""

import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "tools"))
from same_answers import RULES, TEXT, Tree, compare, normalised, parts_of

HTML = [["Content-Type", "text/html; charset=utf-8"]]


@pytest.fixture
def recording(tmp_path):
    """Writes a recording of `{address: (body, changes of the answer)}` and gives its folder."""

    def write(name, answers):
        folder = tmp_path / name
        (folder / "bodies").mkdir(parents=True)
        lines = []
        for address, (body, more) in answers.items():
            digest = hashlib.sha256(body.encode()).hexdigest()
            (folder / "bodies" / digest).write_text(body)
            row = {"address": address, "status": 200, "headers": HTML, "body": digest, "queries": [3, 2]}
            lines.append(json.dumps(row | more))
        (folder / "answers.jsonl").write_text("\n".join(lines))
        return folder

    return write


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<p class="a  b" id=x>Uno <b>due</b></p>', '<p id="x" class="a b">\n  Uno\n  <b>due</b>\n</p>'),
        ("<ul><li>a</li><li>b</li></ul>", "<ul>\n <li> a </li>\n <li>b</li>\n</ul><!-- fine -->"),
        ("a <a href=/>b</a> c", "a <a href='/'> b </a>c"),
    ],
)
def test_white_space_and_order_of_attributes_say_nothing(before, after):
    assert Tree(before).nodes == Tree(after).nodes


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>a</p>", "<p>b</p>"),
        ("<b>a</b> b", "<b>a</b>b"),
        ("<p>a\N{NO-BREAK SPACE}b</p>", "<p>a b</p>"),
        ("<p class=a>x</p>", "<p class=b>x</p>"),
        ("<p><b>a</b></p>", "<b><p>a</p></b>"),
        ("<pre>a\n b</pre>", "<pre>a\nb</pre>"),
    ],
)
def test_a_changed_node_is_a_difference(before, after):
    assert Tree(before).nodes != Tree(after).nodes


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.where} {rule.put}")
def test_each_rule_tells_why(rule):
    assert rule.why


@pytest.mark.parametrize(
    ("text", "where", "kept"),
    [
        ('"2026-11-27T08:00:03+00:00"', TEXT, '"2026-11-27TTIME+00:00"'),
        ("2026-11-27", TEXT, "2026-11-27"),
        ("Fri, 27 Nov 2026 08:00:03 GMT", "header:Last-Modified", "Fri, 27 Nov 2026 TIME GMT"),
        ("Fri, 27 Nov 2026 08:00:03 GMT", "header:Date", "Fri, 27 Nov 2026 08:00:03 GMT"),
        ('W/"0123"', "header:ETag", 'W/"DIGEST"'),
    ],
)
def test_times_and_digests_are_left_out_where_a_rule_says(text, where, kept):
    assert normalised(text, where) == kept


def test_archives_are_compared_by_their_members():
    def archive(year, words):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            file.writestr(zipfile.ZipInfo("a.txt", (year, 1, 1, 0, 0, 0)), words)
        return parts_of(out.getvalue(), "application/zip")

    assert archive(2025, "uno") == archive(2026, "uno") != archive(2026, "due")


def test_equal_recordings_are_equal(recording, capsys):
    before = recording("before", {"/": ("<p>Uno</p>", {})})
    after = recording("after", {"/": ("<p>\n Uno\n</p>", {})})
    assert compare(before, after) == 0
    assert "1 answers, 1 equal, 0 listed, 0 different" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("what", "body", "more"),
    [
        ("body", "<p>Due</p>", {}),
        ("status", "<p>Uno</p>", {"status": 404}),
        ("queries", "<p>Uno</p>", {"queries": [3, 3]}),
        ("header:Vary", "<p>Uno</p>", {"headers": [*HTML, ["Vary", "Cookie"]]}),
    ],
)
def test_a_difference_is_found_and_may_be_listed(recording, tmp_path, capsys, what, body, more):
    before = recording("before", {"/a/": ("<p>Uno</p>", {}), "/b/": ("uguale", {})})
    after = recording("after", {"/a/": (body, more), "/b/": ("uguale", {})})
    assert compare(before, after) == 1
    assert f"DIFFERS  /a/  {what}" in capsys.readouterr().out
    expected = tmp_path / "expected.txt"
    expected.write_text(f"# what changes\n/a*  {what}  changed on purpose\n")
    assert compare(before, after, expected) == 0
    assert "2 answers, 1 equal, 1 listed, 0 different" in capsys.readouterr().out


def test_an_address_that_is_gone_is_a_difference(recording):
    before = recording("before", {"/a/": ("a", {}), "/b/": ("b", {})})
    assert compare(before, recording("after", {"/a/": ("a", {})})) == 1


def test_fewer_queries_are_told_and_are_no_difference(recording, capsys):
    before = recording("before", {"/a/": ("a", {})})
    assert compare(before, recording("after", {"/a/": ("a", {"queries": [2, 2]})})) == 0
    assert "fewer queries  /a/  [3, 2] → [2, 2]" in capsys.readouterr().out
