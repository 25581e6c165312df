"""Every row of the wire document is carried by a test, and docs/nemovideo.md tells what is done with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "nemovideo.md"
WIRE = ROOT.parent / "shared" / "api" / "nemo-api.md"
ID = re.compile(r"\d+(?:\.\d+)?(?:/[\w.-]+)?")

ROWS: dict[str, dict[str, list[str]]] = {
    "1": {"API, production": ["1/production"], "API, V older": ["1/older"], "second gateway": ["1/second-gateway"],
          "web": ["1/web"]},
    "2": {"Authorization": ["2/authorization"], "X-Client-Id": ["2/client-id"], "X-Skill-Source": ["2/attribution"],
          "Accept": ["2/accept"], "User-Agent": ["2/user-agent"]},
    "3": {'{"code":0': ["3/envelope-code"], '{"success":true': ["3/envelope-success"], "bare object": ["3/envelope-bare"],
          '{"detail"': ["3/envelope-detail"], "plain text": ["3/envelope-plain"], "reason text": ["3/reason"],
          "0": ["3/0"], "1001": ["3/1001", "3/1010", "3/1011", "3/401"], "1002": ["3/1002", "3/404"],
          "2001": ["3/2001", "3/bind"], "4001": ["3/4001"], "4002": ["3/4002", "3/413"], "400": ["3/400"],
          "402": ["3/402"], "429": ["3/429"], "403": ["3/403"], "408": ["3/408-5xx"]},
    "4.9": {"A": ["4.9/A"], "B": ["4.9/B"], "C": ["4.9/C"]},
    "5": {"text under": ["5/text"], "tool name": ["5/tool-names"], "thinking": ["5/activity"],
          "ask_question": ["5/ask_question"], "error": ["5/error"], ": comment": ["5/keep-alive"], "not JSON": ["5/not-json"]},
    "6": {"whole": ["6/whole"], "user notice": ["6/notice"], "only heartbeats": ["6/substance"], "re-sending": ["6/resend"],
          "stream dropped": ["6/dropped"], "usual durations": ["6/durations"], "edits that end": ["6/no-text"],
          "render": ["6/render"]},
    "8": {"click": ["8/click"], "open": ["8/open"], "drag": ["8/drag"], "preview": ["8/preview"], "Export": ["8/export"],
          "check your account": ["8/account"], "upload": ["8/upload"], "right-click": ["8/select"],
          "settings": ["8/settings"], "refresh": ["8/refresh"]},
}
"""By section and by how a row of its tables begins: the ids that stand for it."""


def is_wire(call: ast.expr) -> bool:
    """`wire(…)` or `pytest.mark.wire(…)`."""
    match call:
        case ast.Name("wire"):
            return True
        case ast.Attribute(ast.Attribute(ast.Name("pytest"), "mark"), "wire"):
            return True
        case _:
            return False


def marks_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and is_wire(node.func):
            for argument in node.args:
                assert isinstance(argument, ast.Constant) and isinstance(argument.value, str), (
                    f"line {node.lineno}: a wire mark takes the ids as they are, so that they can be found")
                yield argument.value


@cache
def carried() -> dict[str, set[str]]:
    """Ids by the files whose tests carry them."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for identity in marks_in(path.read_text(encoding="utf-8")) if path != Path(__file__) else ():
            found.setdefault(identity, set()).add(str(path.relative_to(ROOT)))
    return found


@cache
def documented() -> tuple[str, ...]:
    return tuple(re.findall(rf"(?m)^\| `({ID.pattern})` \|", PAGE.read_text(encoding="utf-8")))


def test_marks_are_found_in_all_their_spellings() -> None:
    source = """
import pytest
wire = pytest.mark.wire
pytestmark = [pytest.mark.wire("1/a"), pytest.mark.slow("9/z")]
@wire("2/b", "2/c")
@pytest.mark.parametrize("x", [pytest.param(1, marks=wire("3/d")), pytest.param(2, marks=[pytest.mark.wire("3/e")])])
async def test(x): other("9/y")
"""
    assert sorted(marks_in(source)) == ["1/a", "2/b", "2/c", "3/d", "3/e"]


def test_a_mark_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(AssertionError, match="line 1"):
        list(marks_in("wire(row)"))


def test_every_documented_row_is_carried_by_a_test() -> None:
    missing = [identity for identity in documented() if identity not in carried()]
    assert not missing, f"docs/nemovideo.md has rows that no test is marked with: {', '.join(missing)}"


def test_every_mark_is_a_documented_row() -> None:
    unknown = {identity: sorted(paths) for identity, paths in carried().items() if identity not in documented()}
    assert not unknown, f"marks that docs/nemovideo.md does not explain: {unknown}"


def test_a_row_is_documented_once() -> None:
    assert len(set(documented())) == len(documented()) > 100
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| `\d", line)]
    assert len(lines) == len(documented()), [line for line in lines if not re.match(rf"\| `{ID.pattern}` \|", line)]


@cache
def wire_document() -> str:
    if not WIRE.exists():
        pytest.skip("the wire document is not part of this checkout")
    return WIRE.read_text(encoding="utf-8")


def rows_of_tables(text: str) -> Iterator[tuple[str, str]]:
    """Section and first cell of every row, the heads of tables left out."""
    section, last = "", ""
    for line in text.splitlines():
        if heading := re.match(r"#{2,4} (\d+(?:\.\d+)?)\.? ", line):
            section = heading[1]
        is_row = line.startswith("|")
        if is_row and last.startswith("|") and not line.startswith("|---"):
            yield section, line.strip("|").split("|")[0].strip().replace("`", "")
        last = line if is_row and (last.startswith("|") or line.startswith("|---")) else ""


def test_the_heads_of_tables_are_no_rows() -> None:
    assert list(rows_of_tables("## 7. X\n| a | b |\n|---|---|\n| `c` d | e |\n\n### 7.1 Y\n|f|\n|---|\n|g|\n")) == [
        ("7", "c d"), ("7.1", "g")]


def ids_for(section: str, first_cell: str) -> list[str]:
    """Of the beginnings that fit, the longest counts."""
    fitting = [start for start in ROWS.get(section, {}) if first_cell.startswith(start)]
    return ROWS[section][max(fitting, key=len)] if fitting else []


def test_every_row_of_the_wire_documents_tables_has_an_id() -> None:
    rows = list(rows_of_tables(wire_document()))
    assert len(rows) > 50
    lost = [row for row in rows if not ids_for(*row)]
    assert not lost, f"rows of the wire document without an id: {lost}"
    assert sum(map(len, ROWS.values())) == len(rows), "a row of the wire document is gone, or two have one beginning"
    unexplained = [identity for row in rows for identity in ids_for(*row) if identity not in documented()]
    assert not unexplained, f"docs/nemovideo.md lacks {unexplained}"


def test_every_id_belongs_to_a_section_of_the_wire_document() -> None:
    sections = set(re.findall(r"(?m)^#{2,4} (\d+(?:\.\d+)?)\.? ", wire_document()))
    strangers = [identity for identity in documented() if identity.split("/")[0] not in sections]
    assert not strangers, f"ids of no section: {strangers}"
    mentioned = {identity.split("/")[0] for identity in documented()}
    endpoints = {section for section in sections if section.startswith("4.")} - {"4.4"}     # 4.4 refers to section 5
    assert endpoints <= mentioned, f"endpoints without a row: {sorted(endpoints - mentioned)}"
