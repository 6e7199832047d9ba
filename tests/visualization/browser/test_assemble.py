"""The rules under which modules may be put one after another, for every view that is made of some."""

import os
import re
from collections import Counter

import pytest

from mtan_edu.visualization.browser.assemble import ROOM, Bundle
from mtan_edu.visualization.explorer.assemble import EXPLORER
from mtan_edu.visualization.explorer.state import CHANGES, VIEWS
from mtan_edu.visualization.live.assemble import CURVES

ROOMS = {"explorer": EXPLORER, "live": CURVES}
TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)
IMPORT = re.compile(r'^import \{ (.+) \} from "(.+)";$')
EXPORTED = re.compile(r"^export (?:async )?(?:const|class|function) (\w+)", re.MULTILINE)

every_room = pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS)
every_module = pytest.mark.parametrize(
    ("room", "module"),
    [pytest.param(room, module, id=f"{name}/{module}") for name, room in ROOMS.items() for module in room.page_modules],
)


def text(room: Bundle, module: str) -> str:
    return (room.folder / f"{module}.js").read_text(encoding="utf-8")


@every_room
def test_every_module_of_the_folder_is_used(room):
    found = {str(path.relative_to(room.folder).with_suffix("")) for path in room.folder.rglob("*.js")}
    assert found == {module for module in room.page_modules if not module.startswith("..")}


def test_every_module_that_is_shared_is_used_by_two():
    used = Counter(os.path.normpath(room.folder / module) for room in ROOMS.values() for module in room.page_modules)
    for path in (ROOM / "js").glob("*.js"):
        assert used[str(path.with_suffix(""))] > 1, path.name


@every_room
def test_no_two_modules_have_a_name_in_common(room):
    names = [name for module in room.page_modules for name in TOP_LEVEL.findall(text(room, module))]
    assert sorted(names) == sorted(set(names))


@every_module
def test_a_module_imports_what_exists_from_modules_before_it_on_one_line_each(room, module):
    lines = [line for line in text(room, module).splitlines() if line.startswith("import")]
    for line in lines:
        match = IMPORT.match(line)
        assert match, line
        target = (room.folder / f"{module}.js").parent / match[2]
        name = os.path.relpath(target, room.folder).removesuffix(".js")
        assert room.page_modules.index(name) < room.page_modules.index(module)
        assert set(match[1].split(", ")) <= set(EXPORTED.findall(text(room, name)))


@every_module
def test_a_module_uses_what_it_imports(room, module):
    for line in text(room, module).splitlines():
        if match := IMPORT.match(line):
            body = text(room, module).replace(line, "")
            assert [name for name in match[1].split(", ") if not re.search(rf"\b{name}\b", body)] == []


@every_module
def test_a_module_says_where_each_name_of_another_comes_from(room, module):
    """The joined text would run without the line, the module by itself would not."""
    imported = {
        name
        for line in text(room, module).splitlines()
        if (match := IMPORT.match(line))
        for name in match[1].split(", ")
    }
    elsewhere = {name for other in room.page_modules if other != module for name in EXPORTED.findall(text(room, other))}
    called = set(re.findall(r"(?<![.\w])(\w+)\(", text(room, module))) | set(
        re.findall(r"new (\w+)", text(room, module))
    )
    own = set(re.findall(r"(?:function|const|let|class) (\w+)|^  (\w+)\(", text(room, module), re.MULTILINE))
    methods = {name for pair in own for name in pair}
    assert (called & elsewhere) - imported - methods == set()


def test_python_knows_the_views_that_there_are_in_the_order_of_their_tabs():
    registered = [re.findall(r'registerView\(\{\s*id: "(\w+)"', text(EXPLORER, module)) for module in EXPLORER.modules]
    assert [name for names in registered for name in names] == list(VIEWS)


def test_python_knows_the_changes_that_there_are():
    table = re.search(r"^const CHANGE_WORDS = \{(.+?)\};", text(EXPLORER, "views/what_if"), re.MULTILINE | re.DOTALL)[1]
    assert re.findall(r'(\w+): "', table) == list(CHANGES)


@every_room
def test_the_script_is_one_module_without_a_network(room):
    for script in (room.widget_script, room.page_script):
        assert not re.search(r"^\s*import\b", script, re.MULTILINE)
        assert "import(" not in script
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", script + room.style)
    assert room.widget_script.count("export ") == 1
    assert "export " not in room.page_script


@every_module
def test_a_module_is_short_enough_to_be_read(room, module):
    assert len(text(room, module).splitlines()) <= 330
    assert text(room, module).startswith("// ")


@every_module
def test_controls_are_made_in_one_way_so_that_all_keep_their_keys(room, module):
    """JupyterLab takes keys from every element that does not carry the attribute which `control` gives it."""
    assert not re.search(r'\bh\("(?:input|button|select)"', text(room, module))
    assert not re.search(r"\bh\([^)]*tabindex", text(room, module))
