"""Lines of the library that its tests run, by floor. Reads an LCOV file, prints a table, and fails if a floor is below its least share.

Tests do not count as covered lines. They are `*_tests.rs`, and everything behind the `#[cfg(test)]` of an inline module.
`--missed` lists the lines that no test runs.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

LEAST = {"token": 98.0, "flow": 98.0}
LEAST_OF_ALL = 95.0
# The test kit is what tests are made of, and not what they test.
NOT_OF_ALL = {"testkit"}

SOURCES = Path(__file__).resolve().parent.parent / "src"
# Tests are the last thing in a file, whatever their module is called.
TESTS = re.compile(r"^#\[cfg\(test\)\]\n(#\[[^\n]*\]\n)*mod ", re.MULTILINE)


def records(lcov):
    """Each library file of the report, with how often its lines ran."""
    path, ran = None, {}
    for line in lcov:
        tag, _, rest = line.strip().partition(":")
        if tag == "SF":
            path, ran = Path(rest).resolve(), {}
        elif tag == "DA":
            number, count = rest.split(",")[:2]
            ran[int(number)] = int(count)
        elif tag == "end_of_record" and path.is_relative_to(SOURCES):
            yield path.relative_to(SOURCES), ran


def before_tests(path):
    """The number of the last line that is not a test's."""
    if path.name.endswith("tests.rs"):
        return 0
    text = (SOURCES / path).read_text()
    tests = TESTS.search(text)
    return text.count("\n", 0, tests.start()) if tests else text.count("\n") + 1


def main():
    report, *options = sys.argv[1:]
    lines, missed = defaultdict(int), defaultdict(list)
    with open(report) as lcov:
        for path, ran in records(lcov):
            end = before_tests(path)
            floor = path.parts[0] if len(path.parts) > 1 else "the rest"
            for number in (number for number in ran if number <= end):
                for group in {floor, floor if floor in NOT_OF_ALL else "all"}:
                    lines[group] += 1
                    if ran[number] == 0:
                        missed[group].append(f"src/{path}:{number}")
    if not lines:
        sys.exit("no line of the library is in the report")
    failed = False
    for group in sorted(lines, key=lambda group: (group == "all", group)):
        share = 100 * (1 - len(missed[group]) / lines[group])
        least = LEAST_OF_ALL if group == "all" else LEAST.get(group, 0)
        failed |= share < least
        print(f"{group:10} {share:6.2f} % of {lines[group]:5} lines", f"(at least {least} %)" if least else "")
    if "--missed" in options:
        print(*missed["all"], sep="\n")
    sys.exit(failed)


main()
