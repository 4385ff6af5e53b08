#!/usr/bin/env python3
"""Leave out of sites what the real Zola or repere refuses, and tell what only one of them refuses.

usage: sieve.py SITE...

For sites whose pages are `content/X00001.md`, each perhaps with `templates/X00001.html` of its own. Pages that are
refused are moved to SITE-refused; what is left can be given to `compare.py`.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PAGE = re.compile(r"\b([a-z]\d{5})\.(?:md|html)")


def files(name):
    return f"content/{name}.md", f"templates/{name}.html"


def pages(site):
    return sorted(path.stem for path in (site / "content").glob("*.md") if PAGE.fullmatch(path.name))


def build(program, site):
    env = dict(os.environ, NO_COLOR="1", REPERE_DIALECT="0.22")
    with tempfile.TemporaryDirectory() as out:
        command = [program, "--root", str(site), "build", "-o", out + "/out", "--force"]
        done = subprocess.run(command, capture_output=True, env=env, timeout=600)
    return done.returncode, (done.stderr + done.stdout).decode("utf-8", "replace")


def culprit(program, site):
    """The page that ends a program without a word of it, found by halves."""
    names = pages(site)
    while len(names) > 1:
        half = names[: len(names) // 2]
        with tempfile.TemporaryDirectory() as work:
            copy = Path(shutil.copytree(site, work + "/site"))
            for name in set(pages(copy)) - set(half):
                drop(copy, name)
            code, _ = build(program, copy)
        names = half if code else names[len(half) :]
    return set(names)


def refused(program, site):
    """What a program refuses, by page, with its words; the site given is used up."""
    found = {}
    while True:
        code, said = build(program, site)
        if not code:
            return found
        names = set(PAGE.findall(said)) & set(pages(site)) or culprit(program, site)
        if not names:
            raise SystemExit(f"{program} refuses {site} without any page:\n{said[:3000]}")
        for name in names:
            found[name] = next((part for part in said.split("\n\n") if name in part), said)
            drop(site, name)


def drop(site, name):
    for path in files(name):
        (site / path).unlink(missing_ok=True)


def sieve(site):
    found = []
    for program in (os.environ.get("ZOLA", "zola"), os.environ.get("REPERE", "target/release/repere")):
        with tempfile.TemporaryDirectory() as work:
            skipped = shutil.ignore_patterns(".repere-cache", "public")
            found.append(refused(program, Path(shutil.copytree(site, work + "/site", ignore=skipped))))
    zola, repere = found
    for name in sorted(zola.keys() | repere.keys()):
        there = [path for path in files(name) if (site / path).exists()]
        if name not in zola or name not in repere:
            who, why = ("zola", zola[name]) if name in zola else ("repere", repere[name])
            text = (site / there[-1]).read_text().rpartition("%}\n")[2]
            why = "".join(f"\n    {line[:300]}" for line in why.strip().splitlines()[-8:])
            print(f"only {who} refuses {name}: {text}{why}")
        for path in there:
            away = Path(f"{site}-refused", path)
            away.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(site / path, away)
    both = len(zola.keys() & repere.keys())
    print(f"{site}: {both} refused by both, {len(zola) - both} by zola alone, {len(repere) - both} by repere alone")
    return zola.keys() == repere.keys()


if __name__ == "__main__":
    raise SystemExit(0 if all([sieve(Path(site)) for site in sys.argv[1:]]) else 1)
