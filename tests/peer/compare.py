#!/usr/bin/env python3
"""Build sites with the real Zola and with repere, and tell what they wrote differently.

usage: compare.py [--show N] [--lines N] [--dom] SITE...

The programs are named by ZOLA and REPERE in the environment. Python's standard library only; see README.md beside this.
"""
import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

# Colours of code may differ: the two programs have different versions of one highlighter.
BLOCK = re.compile(rb'<pre class="?giallo.*?</pre>', re.S)
SPAN = re.compile(rb"<span[^>]*>")
LOOKS = re.compile(rb' (style|class)=("[^"]*"|[^ >]*)')
SCRIPT = b"window.searchIndex = "


class Dom(HTMLParser):
    """The events of a document, blind to quotes, entities, the order of attributes and runs of white space."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.events, self.text = [], ""

    def flush(self):
        if text := " ".join(self.text.split()):
            self.events.append(text)
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.flush()
        self.events.append((tag, tuple(sorted((key, value or "") for key, value in attrs))))

    def handle_endtag(self, tag):
        self.flush()
        self.events.append("/" + tag)

    def handle_data(self, data):
        self.text += data


def dom(data):
    parser = Dom()
    parser.feed(data.decode("utf-8", "replace"))
    parser.close()
    parser.flush()
    return parser.events


def bare(data):
    """The bytes with highlighted code bare of its colours."""
    keep = lambda span: span.group(0) if b"giallo-" in span.group(0) else b""
    strip = lambda block: LOOKS.sub(b"", SPAN.sub(keep, block.group(0)).replace(b"</span>", b""))
    return BLOCK.sub(strip, data)


def index(data):
    """A search index; the order of a list is chance in Zola."""
    found = json.loads(data.removeprefix(SCRIPT).rstrip(b";"))
    return sorted(found, key=json.dumps) if isinstance(found, list) else found


def alike(path, a, b):
    try:
        if path.suffix in (".html", ".xml", ".svg"):
            return dom(a) == dom(b)
        return path.suffix in (".json", ".js") and index(a) == index(b)
    except ValueError:
        return False


def run(program, site, out):
    env = dict(os.environ, NO_COLOR="1", REPERE_DIALECT="0.22")
    command = [program, "--root", site, "build", "-o", out, "--force"]
    done = subprocess.run(command, capture_output=True, env=env, timeout=900, stdin=subprocess.DEVNULL)
    return done.returncode, (done.stderr + done.stdout).decode("utf-8", "replace")


def tree(root):
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def difference(a, b, lines):
    texts = [data.decode("utf-8", "replace").splitlines() for data in (a, b)]
    told = [l for l in difflib.unified_diff(*texts, n=0, lineterm="") if not l.startswith(("---", "+++", "@@"))]
    return "".join(f"    {line[:400]}\n" for line in told[:lines])


def compare(site, options):
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(2) as pool:
        # A copy for each: Zola leaves copies of pictures and style sheets of colours in `static`.
        copies, outs = ([Path(work, f"{name}{kind}") for name in ("zola", "repere")] for kind in ("-site", ""))
        for copy in copies:
            shutil.copytree(site, copy, ignore=shutil.ignore_patterns(".repere-cache", "public"))
        programs = (os.environ.get("ZOLA", "zola"), os.environ.get("REPERE", "target/release/repere"))
        done = list(pool.map(lambda three: run(three[0], *map(str, three[1:])), zip(programs, copies, outs)))
        if any(code for code, _ in done):
            verdict = "refused" if all(code for code, _ in done) else "VERDICT"
            print(f"{verdict} {site}")
            for name, (code, said) in zip(("zola", "repere"), done):
                if code and (verdict == "VERDICT" or options.show):
                    print(f"  {name}:", "\n    ".join(l for l in said.splitlines() if "arn" not in l.lower())[:1500])
            return Counter({verdict: 1})
        want, got = map(tree, outs)
    counted, shown = Counter(), 0
    for path in sorted(want.keys() | got.keys()):
        a, b = want.get(path), got.get(path)
        if a is None or b is None:
            kind = "extra" if a is None else "missing"
        elif a == b:
            kind = "same"
        else:
            a, b = bare(a), bare(b)
            kind = "colours" if a == b else "dom" if alike(path, a, b) else "differs"
        counted[kind] += 1
        if kind not in ("same", "colours") and (kind != "dom" or options.dom) and shown < options.show:
            shown += 1
            print(f"  {kind} {path}\n" + (difference(a, b, options.lines) if a and b else ""), end="")
    print(f"{site}: " + ", ".join(f"{count} {kind}" for kind, count in sorted(counted.items())))
    return counted


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sites", nargs="+", type=Path)
    parser.add_argument("--show", type=int, default=5, help="files that are shown of a site")
    parser.add_argument("--lines", type=int, default=8, help="lines that are shown of a file")
    parser.add_argument("--dom", action="store_true", help="show what differs only before it is parsed, too")
    options = parser.parse_args()
    total = sum((compare(site, options) for site in options.sites), Counter())
    print(dict(total))
    return 0 if set(total) <= {"same", "colours", "dom", "refused"} else 1


if __name__ == "__main__":
    raise SystemExit(main())
