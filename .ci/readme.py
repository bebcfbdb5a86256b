"""Print the shell command that follows a marker such as ``<!-- ci: test -->`` in README.md."""

import re
import sys
from pathlib import Path

text = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
match = re.search(rf"<!-- ci: {re.escape(sys.argv[1])} -->\s*```sh\n(.+?)\n```", text, re.DOTALL)
if match is None:
    raise SystemExit(f"README.md has no command marked 'ci: {sys.argv[1]}'")
print(match[1])
