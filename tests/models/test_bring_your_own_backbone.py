from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "bring_your_own_backbone.md"


def test_the_code_of_the_page_runs_as_it_stands(capsys):
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 8
    exec(compile("\n".join(blocks), str(PAGE), "exec"), {"__name__": "page"})
    printed = capsys.readouterr().out
    assert "early: u is what early.1 reads, 8 channels, p has 8" in printed
    assert "The order is early, late." in printed
