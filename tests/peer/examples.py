#!/usr/bin/env python3
"""The examples of specifications of Markdown, each as a page, to compare with the real Zola.

usage: examples.py OUT OPTIONS FILE...

A FILE is a specification whose examples stand in fences of 32 backticks (`spec.txt` of the npm package `commonmark-spec`), or
a suite of the crate pulldown-cmark (`tests/suite/*.rs`). OPTIONS are lines of the configuration.
"""
import re
import sys
from pathlib import Path

from real import start

FENCED = re.compile(r"^`{32} example[^\n]*\n(.*?)^\.\n.*?^`{32}$", re.M | re.S)
SUITE = re.compile(r'let original = r##"(.*?)"##;', re.S)


def examples(path):
    text = path.read_text()
    return SUITE.findall(text) if path.suffix == ".rs" else [found.replace("→", "\t") for found in FENCED.findall(text)]


def site(out, options, paths):
    start(out, options)
    texts = dict.fromkeys(text for path in paths for text in examples(path))
    for number, text in enumerate(texts):
        (out / f"content/m{number:05}.md").write_text("+++\n+++\n" + text)


if __name__ == "__main__":
    site(Path(sys.argv[1]), sys.argv[2], [Path(path) for path in sys.argv[3:]])
