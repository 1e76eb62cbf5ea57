"""docs/architecture.md shows the packages as they are."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "llcodec"
PAGE = ROOT / "docs" / "architecture.md"
_TOP = ("llcodec/", "tests/", "docs/")


def _modules_named(text: str) -> list[str]:
    """Return paths in architecture.md that are relative to the package."""
    names = re.findall(r"`((?:[a-z_]+/)?[a-z_]+\.py)`", text)
    return [name for name in names if not name.startswith(_TOP)]


def test_modules_in_the_architecture_exist() -> None:
    names = _modules_named(PAGE.read_text("utf-8"))
    assert len(names) > 30
    assert [name for name in names if not (PACKAGE / name).is_file()] == []


def _rows() -> list[set[str]]:
    """Return the rows of the picture in architecture.md, from the top to the bottom."""
    text = PAGE.read_text("utf-8")
    lines = re.findall(r"^│(.*)│", text, re.MULTILINE)
    return [set(re.findall(r"\w+", line)) for line in lines]


def _imports(path: Path) -> Iterator[str]:
    """Yield the packages (or modules) directly below ``llcodec`` that a module imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "llcodec":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("llcodec."):
            yield str(node.module).split(".")[1]
        elif isinstance(node, ast.Import):
            names = (alias.name.split(".") for alias in node.names)
            yield from (name[1] for name in names if name[0] == "llcodec" and len(name) > 1)


def _levels() -> dict[str, int]:
    """Return the row of every package and of every module beside them.

    Modules that the picture does not name are in its last row, whose modules may import each other.
    """
    rows = _rows()
    levels = dict.fromkeys((path.stem for path in PACKAGE.glob("*.py")), len(rows) - 1)
    levels |= {name: row for row, names in enumerate(rows) for name in names}
    return levels | {"__init__": -2, "__main__": -1}


def test_the_picture_has_all_packages() -> None:
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} <= set().union(*_rows())


def test_imports_go_down_the_picture() -> None:
    levels = _levels()
    last = max(levels.values())

    def allowed(name: str, imported: str) -> bool:
        below = levels.get(imported, last)
        return name == imported or levels[name] < below or levels[name] == below == last

    names = {
        path: path.relative_to(PACKAGE).with_suffix("").parts[0] for path in PACKAGE.rglob("*.py")
    }
    imports = {(name, found) for path, name in names.items() for found in _imports(path)}
    assert len(imports) > 50
    assert {pair for pair in imports if not allowed(*pair)} == set()


def _modules() -> dict[str, Path]:
    """Return the files of all modules of the package, by their dotted names."""
    names = {path: path.relative_to(ROOT).with_suffix("").parts for path in PACKAGE.rglob("*.py")}
    return {".".join(parts).removesuffix(".__init__"): path for path, parts in names.items()}


def _imported_modules(path: Path, modules: dict[str, Path]) -> set[str]:
    """Return the modules of the package that a module imports anywhere in its code."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module in modules:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & set(modules)) or {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & set(modules)
    return found


def test_no_module_imports_itself_through_others() -> None:
    modules = _modules()
    graph = {name: _imported_modules(path, modules) for name, path in modules.items()}
    assert sum(map(len, graph.values())) > 500
    TopologicalSorter(graph).prepare()  # raises CycleError


def test_source_files_have_at_most_400_lines() -> None:
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert len(sizes) > 200
    assert {path.name: size for path, size in sizes.items() if size > 400} == {}


def test_every_package_says_that_it_is_internal() -> None:
    for path in PACKAGE.glob("*/__init__.py"):
        assert "Internal" in (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""), path
