"""An argparse program."""

import argparse


def main() -> int:
    parser = argparse.ArgumentParser(prog="floor", description="A program with a few verbs.")
    parser.add_argument("--version", action="version", version="floor 1.0")
    verbs = parser.add_subparsers(dest="verb")
    for name in ("new", "plan", "apply"):
        verb = verbs.add_parser(name, help=f"{name} it")
        verb.add_argument("site", help="the file")
        verb.add_argument("--json", action="store_true", help="print JSON")
    parser.parse_args()
    return 0
