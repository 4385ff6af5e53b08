#!/usr/bin/env python3
"""Makes an episode's sound, transcript and chapter times from its script.

    python3 tests/media/episode.py                 every episode
    python3 tests/media/episode.py episode-1       one

A script (`scripts/NAME.txt`) holds: `page: folder of the episode`, `title: …`, then
`# Chapter`, `Voice: what it says`, `(pause 1.0)`, `(bell)`; a line starting with `;` is a remark.
The chapter times are written into the front matter of the page, the rest beside it.
"""

import re
import sys
import tempfile
from pathlib import Path

import voice


def main(names):
    scripts = Path(__file__).with_name("scripts")
    for path in sorted(scripts.glob("*.txt")):
        if path.stem.startswith(("episode", "annonce")) and (not names or path.stem in names):
            make(path)


def make(script):
    page, title, chapters, reel = None, None, [], voice.Reel()
    for number, line in enumerate(script.read_text("utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith(";"):
            continue
        if line.startswith("# "):
            if reel.said:
                reel.silence(0.5)
            chapters.append((reel.now if reel.said else 0.0, line[2:]))
        elif line == "(bell)":
            reel.bell()
        elif found := re.fullmatch(r"\(pause ([\d.]+)\)", line):
            reel.silence(float(found[1]))
        else:
            who, _, text = line.partition(":")
            if who == "page":
                page = voice.root() / "episodes" / text.strip()
            elif who == "title":
                title = text.strip()
            elif who in voice.VOICES:
                reel.say(who, text.strip())
                reel.silence(0.35)
            else:
                raise SystemExit(f"{script}:{number}: unknown voice « {who} »")
    page.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(suffix=".wav") as wav:
        reel.save(wav.name)
        voice.master(wav.name, page / f"{script.stem}.mp3", title, "Repères, le podcast")
    note = "Voix de synthèse. Textes et temps produits ensemble à partir du script."
    (page / f"{script.stem}.vtt").write_text(voice.vtt(voice.cues(reel.said, 40, reel.now), note), "utf-8")
    write_chapters(page / "index.md", chapters)
    print(f"{script.stem}: {reel.now:.0f} s, {len(reel.said)} sentences, {len(chapters)} chapters")


def write_chapters(page, chapters):
    """Replaces the lines under `  chapters:` in the front matter, when the page exists."""
    rows = []
    for at, title in chapters:
        title = title.replace(" ?", "\u00a0?")
        rows.append(f'    - {{ start: "{voice.clock(int(at))[:8]}", title: "{title}" }}')
    if not page.exists():
        print("\n".join(rows))
        return
    lines, out, inside = page.read_text("utf-8").split("\n"), [], False
    for line in lines:
        if inside and line.startswith("    - "):
            continue
        inside = False
        out.append(line)
        if line == "  chapters:":
            out += rows
            inside = True
    page.write_text("\n".join(out), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
