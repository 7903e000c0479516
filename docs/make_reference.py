"""Write the reference pages in docs/reference/ from the code; `--check` only says which are not up to date."""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import format_tables
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline import errors
from pipeline.cli import parser
from pipeline.decisions.ledger import LedgerRow
from pipeline.decisions.words import ALLOWED, SHOWN_AS, spellings
from pipeline.decisions.worklist_kinds import KINDS
from pipeline.dedup.merges import MERGES
from pipeline.dedup.questions import QUESTIONS, VERSIONS
from pipeline.dedup.versions import KINDS as VERSION_KINDS
from pipeline.dedup.vetoes import BARRIERS, PLACE_VETOES, WORK_VETOES
from pipeline.protocol import Protocol, SearchLog
from pipeline.stages.table import STAGES

FOLDER = Path(__file__).resolve().parent / "reference"
NOTE = "<!-- Written by docs/make_reference.py from the code; edit the code, then run it again. -->\n\n"


def pages() -> dict[str, str]:
    """Return every page by file name."""
    return {
        "commands.md": "\n".join(commands()),
        "protocol.md": "\n".join(protocol()),
        "duplicates.md": "\n".join(duplicate_rules()),
        "formats.md": "\n".join(format_tables.page()),
        "sheets.md": "\n".join(sheets()),
        "tables.md": "\n".join(tables()),
    }


def commands() -> Iterator[str]:
    """Yield the page of the commands."""
    yield "# Commands\n"
    yield "`make review` runs `python -m pipeline review`; both take the same review folder.\n"
    yield f"```text\n{parser().format_help().strip()}\n```\n"
    for name, command in _parts(parser()):
        yield f"## {name}\n\n```text\n{command.format_help().strip()}\n```\n"
        for part, own in _parts(command):
            yield f"### {name} {part}\n\n```text\n{own.format_help().strip()}\n```\n"
    yield "## Exit status\n"
    yield "| status | meaning |\n|---|---|"
    yield f"| {errors.DONE} | done, or waiting for people |"
    yield f"| {errors.OUR_BUG} | a mistake of the program, with its traceback |"
    yield f"| {errors.WRONG_USE} | wrong use, or a mistake in the protocol or search log |"
    yield f"| {errors.BAD_DATA} | bad data (the good part was used), or waiting under `status --strict` |\n"
    yield "`make` turns every failure into 2; scripts that need the status call `python -m pipeline`."


def _parts(command: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield the sub-commands of a command; most have none."""
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def protocol() -> Iterator[str]:
    """Yield the page of the protocol and the search log."""
    yield "# The protocol\n"
    yield "`screening/protocol.toml`. An unknown key is an error that names the nearest known one.\n"
    for name, info in Protocol.model_fields.items():
        model = _model(info.annotation)
        many = "dict" in str(info.annotation)
        yield from _section(f"[{name}.CODE]" if many else f"[{name}]", model, info)
    yield "# The search log\n\n`references/sources.toml`.\n"
    yield from _section("[[source]]", _model(SearchLog.model_fields["source"].annotation), None)


def _model(annotation: Any) -> type[BaseModel]:  # noqa: ANN401
    candidates = [annotation, *get_args(annotation)]
    return next(item for item in candidates if isinstance(item, type) and issubclass(item, BaseModel))


def _section(title: str, model: type[BaseModel], info: FieldInfo | None) -> Iterator[str]:
    required = " Required." if info is None or info.is_required() else ""
    yield f"## {title}\n\n{inspect.getdoc(model)}{required}\n"
    yield "| key | type | default | meaning |\n|---|---|---|---|"
    for name, field in model.model_fields.items():
        default = "required" if field.is_required() else f"`{_shown(field.get_default(call_default_factory=True))}`"
        yield f"| `{name}` | {_type(field)} | {default} | {field.description or ''} |"
    yield ""


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return "empty" if value in ("", None, {}) else str(value)


def _type(field: FieldInfo) -> str:
    text = str(getattr(field.annotation, "__name__", field.annotation))
    if get_args(field.annotation) and "Literal" in str(field.annotation):
        return " or ".join(f"`{item}`" for item in get_args(field.annotation))
    if "tuple" in str(field.annotation):
        return "list of numbers" if "int" in str(field.annotation) else "list of texts"
    names = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}
    plain = text.replace("datetime.", "").removesuffix(" | None")
    return names.get(plain, "date" if "date" in plain else "whole number" if "int" in str(field.annotation) else plain)


def sheets() -> Iterator[str]:
    """Yield the page of the sheets people fill, and of the ledger."""
    yield "# Worklists and ledgers\n"
    yield "A sheet is named `NUMBER-KIND.PERSON.csv`, or `.xlsx`; it is read as .csv, .xlsx, .xls or .ods, whichever it"
    yield "is saved as. Columns are found by name, in any order. See [tips](../readers-and-sheets.md).\n"
    for kind in KINDS.values():
        yield f"## {kind.name}\n\nIn `screening/{kind.folder}/`: {kind.task}.\n"
        yield f"Columns: {', '.join(f'`{column}`' for column in kind.columns)}.\n"
        for column, stage in kind.answers.items():
            words = SHOWN_AS.get(stage)
            allowed = ", ".join(f"`{word}`" for word in words) if words else "codes of the coding frame, parted by `;`"
            yield f"- `{column}`: {allowed}"
        yield ""
    yield "## Spellings that are understood\n\nCapitals, blanks and a final full stop do not matter.\n"
    for stage in ALLOWED:
        for word in ALLOWED[stage]:
            yield f"- {stage}, {word}: {', '.join(spellings(word))}"
    yield "\n## The ledger\n\n`screening/decisions/PERSON.csv`, one row a decision, only ever added to.\n"
    documentation = inspect.getdoc(LedgerRow) or ""
    yield "```text\n" + documentation.partition("Attributes:\n")[2].rstrip() + "\n```"


def tables() -> Iterator[str]:
    """Yield the page of the stages and their tables."""
    yield "# Stages and their tables\n"
    yield "Each table is `outputs/stages/STAGE/TABLE.parquet`; `outputs/report/` holds what people open.\n"
    for stage in STAGES:
        yield f"## {stage.name}\n"
        yield f"Reads: {', '.join(stage.reads) or 'the files in references/'}. "
        yield f"Protocol: {', '.join(f'[{name}]' for name in stage.sections) or 'nothing'}.\n"
        for table in stage.writes:
            yield f"### {stage.name}/{table}\n\n| column | type | meaning |\n|---|---|---|"
            for column in stage.columns(table):
                yield f"| `{column.name}` | {column.dtype} | {column.meaning.replace('|', '/')} |"
            yield ""


def duplicate_rules() -> Iterator[str]:
    """Yield the page of the rules that decide on duplicates."""
    yield "# Rules for duplicates\n"
    yield "A pair is merged where a rule for it holds and none against it. The reason in `duplicates.csv` begins with"
    yield "the words of the rule that decided.\n"
    for title, rules in (
        ("For a merge", MERGES),
        ("Against it: another work", WORK_VETOES),
        ("Against it: another place of publication", PLACE_VETOES),
        ("Against it unless a person says so", BARRIERS),
        ("Asked of a person", (*QUESTIONS, *VERSIONS)),
        ("Versions of one work: the protocol decides", tuple(kind.rule for kind in VERSION_KINDS)),
    ):
        yield f"## {title}\n\n| words | pairs |\n|---|---|"
        for rule in rules:
            told = (inspect.getdoc(rule.test) or "").split("\n\n")[0].removeprefix("Return ").replace("\n", " ")
            yield f"| {rule.words} | {told} |"
        yield ""


def main() -> int:
    """Write the pages, or with `--check` compare them; return 1 where one is not up to date."""
    check = "--check" in sys.argv[1:]
    FOLDER.mkdir(exist_ok=True)
    stale = 0
    for name, text in pages().items():
        path, content = FOLDER / name, NOTE + text.rstrip() + "\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            stale += 1
            print(f"{'out of date' if check else 'written'}: docs/reference/{name}")
            if not check:
                path.write_text(content, encoding="utf-8", newline="\n")
    return int(check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
