"""Prints a table, by package, of the public items whose documentation has a compiled example.

Methods count separately: most of them read a member, and the example of their type shows them. `--missing` lists every item without one.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

PACKAGES = ["authflow", *sorted(path.name for path in Path("crates").iterdir() if path.is_dir())]
# A fence of Rust has no word, or words for rustdoc alone.
EXAMPLE = re.compile(r"^\s*```(rust|no_run|should_panic|compile_fail|edition\d+|E\d{4}|,)*\s*$", re.MULTILINE)


def documented(package):
    """The compiler's own list of what a package shows."""
    command = ["cargo", "rustdoc", "-q", "--lib", "-p", package, "--all-features", "--"]
    # The switch belongs to nightly compilers. Every compiler gives the same list.
    command += ["-Z", "unstable-options", "--output-format", "json"]
    subprocess.run(command, check=True, env={**os.environ, "RUSTC_BOOTSTRAP": "1"})
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    return json.loads((target / "doc" / f"{package.replace('-', '_')}.json").read_text())


def items(package):
    """Each public type, trait, function and method (a constructor too), as kind, place, name and whether it has an example."""
    index = documented(package)["index"]
    impls = (item["inner"]["impl"] for item in index.values() if "impl" in item["inner"])
    methods = {str(item) for impl in impls for item in impl["items"]}
    for number, item in index.items():
        (kind,) = item["inner"]
        if item["visibility"] != "public" or item["crate_id"] != 0:
            continue
        kind = "method" if number in methods else kind
        if kind in ("struct", "enum", "trait", "function", "method"):
            span = item["span"] or {"filename": "", "begin": [0]}
            yield kind, f"{span['filename']}:{span['begin'][0]}", item["name"], bool(EXAMPLE.search(item["docs"] or ""))


def row(package, found):
    cells = []
    for methods in (False, True):
        have = [has for kind, _, _, has in found if (kind == "method") == methods]
        cells.append(f"{sum(have):5} of {len(have):5}")
    print(f"{package:24} {cells[0]:>26} {cells[1]:>18}")


print(f"{'with an example':24} {'types, traits, functions':>26} {'methods':>18}")
everything = []
for package in PACKAGES:
    found = sorted(items(package), key=lambda it: it[1])
    everything += found
    row(package, found)
    if "--missing" in sys.argv:
        for kind, place, name, has in found:
            if not has:
                print(f"    {kind:9} {name:32} {place}")
row("all", everything)
