"""The rules under which modules may be put one after another."""

import os
import re

import pytest

from mtan_edu.visualization.explorer.assemble import (
    FOLDER,
    MODULES,
    PAGE_MODULES,
    page_script,
    style,
    widget_script,
)
from mtan_edu.visualization.explorer.state import CHANGES, VIEWS

EVERY_MODULE = PAGE_MODULES
TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)
IMPORT = re.compile(r'^import \{ (.+) \} from "(.+)";$')


def text(module: str) -> str:
    return (FOLDER / f"{module}.js").read_text(encoding="utf-8")


def test_every_module_of_the_folder_is_used():
    found = {str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.rglob("*.js")}
    assert found == {module for module in EVERY_MODULE if not module.startswith("..")}


def test_no_two_modules_have_a_name_in_common():
    names = [name for module in EVERY_MODULE for name in TOP_LEVEL.findall(text(module))]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("module", EVERY_MODULE)
def test_a_module_imports_what_exists_from_modules_before_it_on_one_line_each(module):
    lines = [line for line in text(module).splitlines() if line.startswith("import")]
    for line in lines:
        match = IMPORT.match(line)
        assert match, line
        target = (FOLDER / f"{module}.js").parent / match[2]
        name = os.path.relpath(target, FOLDER).removesuffix(".js")
        assert EVERY_MODULE.index(name) < EVERY_MODULE.index(module)
        exported = re.findall(r"^export (?:async )?(?:const|class|function) (\w+)", text(name), re.MULTILINE)
        assert set(match[1].split(", ")) <= set(exported)


@pytest.mark.parametrize("module", EVERY_MODULE)
def test_a_module_uses_what_it_imports(module):
    for line in text(module).splitlines():
        if match := IMPORT.match(line):
            body = text(module).replace(line, "")
            assert [name for name in match[1].split(", ") if not re.search(rf"\b{name}\b", body)] == []


def test_python_knows_the_views_that_there_are_in_the_order_of_their_tabs():
    registered = [re.findall(r'registerView\(\{\s*id: "(\w+)"', text(module)) for module in MODULES]
    assert [name for names in registered for name in names] == list(VIEWS)


def test_python_knows_the_changes_that_there_are():
    table = re.search(r"^const CHANGE_WORDS = \{(.+?)\};", text("views/what_if"), re.MULTILINE | re.DOTALL)[1]
    assert re.findall(r'(\w+): "', table) == list(CHANGES)


def test_the_script_is_one_module_without_a_network():
    for script in (widget_script(), page_script()):
        assert not re.search(r"^\s*import\b", script, re.MULTILINE)
        assert "import(" not in script
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", script + style())
    assert widget_script().count("export ") == 1
    assert "export " not in page_script()


@pytest.mark.parametrize("module", EVERY_MODULE)
def test_a_module_is_short_enough_to_be_read(module):
    assert len(text(module).splitlines()) <= 330
    assert text(module).startswith("// ")


def test_controls_are_made_in_one_way_so_that_all_keep_their_keys():
    """JupyterLab takes keys from every element that does not carry the attribute which `control` gives it."""
    for module in EVERY_MODULE:
        assert not re.search(r'\bh\("(?:input|button|select)"', text(module)), module
        assert not re.search(r"\bh\([^)]*tabindex", text(module)), module
