#!/usr/bin/env python3
"""Checks the committed media without any tool but Python: captions one can read, files that are what they say, weight.

    python3 tests/media/check.py

Captions: in order, at most two lines of 42 characters. Films must also keep the reading speed of the CSA charter
(12 characters for 1 s, 20 for 2 s, 36 for 3 s, 60 for 4 s, with a fifth of tolerance); a transcript may be faster.
"""

import re
import struct
import sys

import voice

LIMIT = 15_000_000
KINDS = {".mp3": (b"ID3",), ".mp4": (b"ftyp",), ".png": (b"\x89PNG",), ".jpg": (b"\xff\xd8",)}


def main():
    top = voice.root()
    files = sorted(p for folder in ("episodes", "content") for p in (top / folder).rglob("*") if p.is_file())
    faults = []
    weight = 0
    for path in files:
        name = path.relative_to(top)
        if path.suffix == ".vtt":
            film = any(path.parent.glob("*.mp4"))
            faults += [f"{name}: {fault}" for fault in captions(path.read_text("utf-8"), film)]
        if path.suffix in KINDS:
            weight += path.stat().st_size
            head = path.read_bytes()[:64]
            if not any(mark in head[:12] for mark in KINDS[path.suffix]):
                faults.append(f"{name}: the content is not what the extension says")
            if not name.name.isascii():
                faults.append(f"{name}: the file name is not ASCII")
        if path.suffix == ".mp4" and not fast(path.read_bytes()):
            faults.append(f"{name}: the index comes after the film, so that it cannot start before it is all there")
    if weight > LIMIT:
        faults.append(f"the media weigh {weight / 1e6:.1f} MB, more than {LIMIT / 1e6:.0f}")
    print("\n".join(faults) or f"media: fine, {weight / 1e6:.1f} MB")
    sys.exit(bool(faults))


def captions(text, film):
    """Faults of one WebVTT text."""
    before = 0.0
    for start, end, words in re.findall(r"(\S+) --> (\S+)\n(.+?)(?:\n\n|\n?\Z)", text, re.S):
        begin, finish = seconds(start), seconds(end)
        words = re.sub(r"<v [^>]*>", "", words)
        if begin < before - 0.001 or finish <= begin:
            yield f"{start}: out of order"
        before = finish
        if words.count("\n") > 1 or max(map(len, words.split("\n"))) > 42:
            yield f"{start}: more than two lines of 42 characters"
        if film and len(words) > 1.2 * readable(finish - begin) + 1:
            yield f"{start}: {len(words)} characters in {finish - begin:.1f} s cannot be read"


def readable(time):
    """Characters of the charter for a time, straight lines between its points."""
    points = [(0, 0), (1, 12), (2, 20), (3, 36), (4, 60)]
    for (t0, c0), (t1, c1) in zip(points, points[1:]):
        if time <= t1:
            return c0 + (c1 - c0) * (time - t0) / (t1 - t0)
    return 15 * time


def seconds(clock):
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def fast(film):
    """True when the box `moov` stands before `mdat`."""
    at, order = 0, []
    while at + 8 <= len(film):
        size, kind = struct.unpack(">I4s", film[at : at + 8])
        order.append(kind)
        if size < 8:
            break
        at += size
    return b"moov" in order and order.index(b"moov") < order.index(b"mdat")


if __name__ == "__main__":
    main()
