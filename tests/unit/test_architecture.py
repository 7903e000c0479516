"""The plan of the house, read from the sources: who may import whom, how long things may be, what is never used."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "pipeline"

# From the ground up. A part may import from parts below it and from itself, never from its own floor or above.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "identity", "engine_map", "inter_rater", "version_names"),
    ("protocol_section", "protocol_mistakes", "lock", "store", "review", "summary", "records"),
    (
        "protocol_integration",
        "protocol_previous",
        "protocol_report",
        "protocol_screening",
        "protocol_synthesis",
        "protocol_toml",
        "protocol_words",
    ),
    ("protocol", "tables", "array_cache"),
    ("normalise",),
    ("formats", "dedup", "screen", "synthesis", "integration", "report"),
    ("decisions",),
    ("own_ids",),
    ("register", "versions", "status", "new_review", "exported_decisions", "export", "members", "split")
    + ("agreement_report", "draws", "machine_runs"),
    ("undo", "screening_status"),
    ("explain",),
    ("stages",),
    ("run", "import_files", "prisma", "why_ranked"),
    ("deduplicate_files", "close_version"),
    ("discipline_coverage",),
    ("console",),
    ("flows",),
    ("bring_up_to_date", "next_worklist"),
    ("cli_integrate", "cli_screen", "cli_synthesis"),
    ("cli",),
    ("__main__",),
)
FLOOR = {part: number for number, parts in enumerate(LAYERS) for part in parts}
MODULES = sorted(PACKAGE.rglob("*.py"))
FORBIDDEN = ("pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal")


def name_of(path: Path) -> str:
    return ".".join(("pipeline", *path.relative_to(PACKAGE).with_suffix("").parts))


def part_of(module: str) -> str:
    """Return the part of the house a module belongs to: `pipeline.formats.ris` -> formats."""
    return module.split(".")[1] if "." in module else ""


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are not followed by the code fingerprint"
            yield node.module or ""
            if node.module == "pipeline":
                yield from (f"pipeline.{alias.name}" for alias in node.names)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the public functions of a module and the public methods of its public classes."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from (item for item in node.body if isinstance(item, ast.FunctionDef) and item.name[0] != "_")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
            yield node


every_module = pytest.mark.parametrize("path", MODULES, ids=[name_of(path) for path in MODULES])


def test_every_part_of_the_house_has_a_floor() -> None:
    parts = {part_of(name_of(path)) for path in MODULES} - {"__init__"}
    assert parts == set(FLOOR)


@every_module
def test_nothing_imports_upward(path: Path) -> None:
    own = part_of(name_of(path))
    if own == "__init__":
        return
    for module in imports(tree_of(path)):
        other = part_of(module)
        if module.startswith("pipeline.") and other in FLOOR and other != own:
            assert FLOOR[other] < FLOOR[own], f"{name_of(path)} imports {module}"


@every_module
def test_only_the_flows_import_prefect(path: Path) -> None:
    if part_of(name_of(path)) != "flows":
        assert not [module for module in imports(tree_of(path)) if module.split(".")[0] == "prefect"]


@every_module
def test_nothing_is_pickled(path: Path) -> None:
    assert not [module for module in imports(tree_of(path)) if module.split(".")[0] in FORBIDDEN]
    names = {node.attr for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}
    assert not names & {"to_pickle", "read_pickle"}


@every_module
def test_modules_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400
    long = [
        (node.name, node.end_lineno - node.lineno + 1)
        for node in functions(tree_of(path))
        if node.end_lineno and node.end_lineno - node.lineno + 1 > 60
    ]
    assert long == []


@every_module
def test_every_module_and_public_function_is_explained(path: Path) -> None:
    tree = tree_of(path)
    assert ast.get_docstring(tree), "module without a docstring"
    silent = [node.name for node in public(tree) if not ast.get_docstring(node) and "overload" not in ast.dump(node)]
    assert silent == []


@every_module
def test_every_public_function_is_annotated(path: Path) -> None:
    bare = []
    for node in public(tree_of(path)):
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        missing = [item.arg for item in arguments if item.annotation is None and item.arg not in ("self", "cls")]
        if missing or node.returns is None:
            bare.append((node.name, missing))
    assert bare == []


@every_module
def test_a_module_is_named_after_what_it_holds(path: Path) -> None:
    words = set(path.stem.lower().split("_"))
    assert not words & {"utils", "util", "helpers", "helper", "misc", "common", "utils2"}


@every_module
def test_only_the_command_line_prints(path: Path) -> None:
    if part_of(name_of(path)) in ("cli", "console") or part_of(name_of(path)).startswith("cli_"):
        return
    calls = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]


@every_module
def test_nothing_changes_a_global(path: Path) -> None:
    assert not [node.lineno for node in ast.walk(tree_of(path)) if isinstance(node, ast.Global)]
