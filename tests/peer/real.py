#!/usr/bin/env python3
"""Every Markdown file below a folder as a page of one site, to compare with the real Zola.

usage: real.py OUT FOLDER OPTIONS

OPTIONS are lines of the configuration. Pages that the real program (ZOLA) refuses are left out and told.
"""
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

FENCE = re.compile(r"^([ \t>*+-]*(?:`{3,}|~{3,})[^\n`,]*),[^\n`=]*$", re.M)


def start(out, options):
    """A site without pages in the folder `out`, whose templates show all that becomes of a text."""
    shutil.rmtree(out, ignore_errors=True)
    (out / "content").mkdir(parents=True)
    (out / "templates").mkdir()
    (out / "config.toml").write_text('base_url = "https://a.test"\n' + options.replace("\\n", "\n") + "\n")
    (out / "content/_index.md").write_text('+++\nsort_by = "slug"\n+++\n')
    show = "{{ page.content | safe }}\n{{ page.summary | safe }}\n{{ page.toc | json_encode | safe }} {{ page.word_count }}"
    (out / "templates/page.html").write_text(show)
    (out / "templates/index.html").write_text("{% for page in section.pages %}{{ page.permalink }}\n{% endfor %}")


def site(out, folder, options):
    start(out, options)
    seen = set()
    for path in sorted(folder.rglob("*.md")):
        try:
            text = path.read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            continue
        if text in seen or len(text) > 400_000:
            continue
        seen.add(text)
        # One bare word a fence: versions of Zola disagree which of several is the language.
        text = FENCE.sub(r"\1", text)
        front = f"+++\ntitle = {json.dumps(path.name)}\n+++\n"
        (out / f"content/p{len(seen):05}.md").write_bytes((front + text).encode())


def sieve(out):
    zola = os.environ.get("ZOLA", "zola")
    command = [zola, "--root", str(out), "build", "-o", str(out) + "-sieve", "--force"]
    while (done := subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, NO_COLOR="1"))).returncode:
        named = {path for path in re.findall(r"p\d{5}\.md", done.stderr + done.stdout) if (out / "content" / path).exists()}
        if not named:
            raise SystemExit(done.stderr)
        for path in named:
            print("refused:", path)
            (out / "content" / path).unlink()
    shutil.rmtree(str(out) + "-sieve", ignore_errors=True)


if __name__ == "__main__":
    site(Path(sys.argv[1]), Path(sys.argv[2]).expanduser(), sys.argv[3])
    sieve(Path(sys.argv[1]))
