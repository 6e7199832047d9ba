"""`python -m mtan_edu`: the `mtan-edu` command, also where scripts are not on the path."""

from __future__ import annotations

import sys

from mtan_edu.cli import main

if __name__ == "__main__":
    sys.exit(main())
