"""feedparser, which many podcast programs are built on, reads in the feed what the sources say.

usage: podcast_read.py EXPECTED.json
It flattens attributes and keeps the last of several tags of one name; podcast_read.mjs asks for each of them.
"""
import json
import sys
import time

import feedparser

with open(sys.argv[1], encoding="utf-8") as file:
    expected = json.load(file)
problems = []
passed = 0


def same(got, want, what):
    global passed
    if got == want:
        passed += 1
    else:
        problems.append(what)
        print(f"  FAILED {what}: {got!r}, the sources say {want!r}", file=sys.stderr)


def said(explicit):
    # False is told as None by this reader.
    return True if explicit else None


read = feedparser.parse(expected["feed"])
same(bool(read.bozo), False, "the feed is well formed")
same(read.version, "rss20", "version of the feed")
same(read.status, 200, "status of the feed")
feed = read.feed
for key, want in [
    ("title", expected["title"]), ("subtitle", expected["description"]), ("link", expected["link"]),
    ("author", expected["author"]), ("language", expected["language"]), ("rights", expected["copyright"]),
    ("itunes_type", expected["kind"]), ("itunes_explicit", said(expected["explicit"])),
    ("podcast_guid", expected["guid"]), ("podcast_locked", "yes" if expected["locked"] else "no"),
    ("podcast_medium", "podcast"), ("podcast_socialinteract", {"protocol": "disabled"}),
]:
    same(feed.get(key), want, f"series, {key}")
same(feed.publisher_detail.name, expected["owner"], "owner of the series")
same(feed.image.href, expected["image"], "image of the series")
same([tag.term for tag in feed.tags], [part for parts in expected["categories"] for part in parts], "categories")
same([link.href for link in feed.links if link.rel == "self"], [expected["feed"]], "the feed names its own address")

same([entry.id for entry in read.entries], [e["guid"] for e in expected["episodes"]], "identifiers, newest first")
for entry, want in zip(read.entries, expected["episodes"]):
    where = want["title"]
    enclosures = [(e.href, e.length, e.type) for e in entry.enclosures]
    same(enclosures, [(want["url"], str(want["length"]), want["type"])], f"{where}: enclosure")
    same(time.strftime("%Y-%m-%dT%H:%M:%SZ", entry.published_parsed), want["date"], f"{where}: date")
    for key, value in [
        ("title", want["title"]), ("link", want["link"]), ("guidislink", False), ("author", expected["author"]),
        ("itunes_duration", str(want["duration"])), ("itunes_episodetype", want["kind"]),
        ("itunes_explicit", said(want["explicit"])),
        ("itunes_episode", want["number"] and str(want["number"])), ("itunes_season", want["season"] and str(want["season"])),
        ("podcast_socialinteract", {"protocol": "disabled"}),
        ("podcast_chapters", want["chapters_url"] and {"url": want["chapters_url"], "type": "application/json+chapters"}),
    ]:
        same(entry.get(key), value, f"{where}: {key}")
    same(len(entry.summary.encode()) <= 4000, True, f"{where}: the description stays below 4000 bytes")
    same(entry.content[0].value.strip() != "", True, f"{where}: notes")

print(f"feedparser: {passed} values as the sources say, {len(problems)} not")
sys.exit(1 if problems else 0)
