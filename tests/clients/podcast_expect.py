"""What the readers of the feed must find in it, worked out from the folder `episodes/` and from what is served there.

usage: podcast_expect.py EPISODES BASE > expected.json
The lengths are those that HEAD announces for the sound, the durations those that mutagen reads in the files: the feed
under test is not asked.
"""
import datetime
import json
import pathlib
import sys
import urllib.request

import mutagen
import yaml

LICENCES = {"Licence Ouverte 2.0": "etalab-2.0"}
# The roles that the podcast taxonomy knows; others are for the page alone.
ROLES = {"host", "co-host", "guest host", "guest", "voice actor", "narrator", "announcer", "reporter"}


def front_matter(file):
    return yaml.safe_load(file.read_text(encoding="utf-8").split("---\n")[1])


def seconds(clock):
    hours, minutes, rest = clock.split(":")
    return round(int(hours) * 3600 + int(minutes) * 60 + float(rest), 3)


def announced(url):
    """What HEAD says a download will weigh; an enclosure must say the same."""
    with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=20) as answer:
        return int(answer.headers["content-length"])


def episode(folder, series, base):
    page = front_matter(folder / "index.md")
    own = page["episode"]
    link = f"{base}/podcast/{folder.name}/"
    length = mutagen.File(folder / own["audio"]).info.length
    transcript = own.get("transcript")
    made = [("transcription.srt", "application/x-subrip"), ("transcription.json", "application/json"), ("", "text/html")]
    return {
        "title": page["title"],
        "link": link,
        "date": page["date"].astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "guid": own["guid"],
        "url": link + own["audio"],
        "length": announced(link + own["audio"]),
        "small": link + own["audio"].rsplit(".", 1)[0] + ".opus",
        "type": "audio/mpeg",
        "duration": round(length),
        "number": own.get("number"),
        "season": own.get("season"),
        "kind": own.get("type", "full"),
        "explicit": own.get("explicit", series["explicit"]),
        "synthetic": own.get("synthetic_voice", False),
        "persons": [{"name": p["name"], "role": p["role"] if p["role"] in ROLES else None} for p in own.get("persons", [])],
        "transcripts": [{"url": link + name, "type": kind} for name, kind in [(transcript, "text/vtt"), *made]] if transcript else [],
        "soundbites": [
            {"startTime": seconds(b["start"]), "duration": b["duration"], "display": b["title"]}
            for b in own.get("soundbites", [])
        ],
        "chapters_url": link + "chapters.json" if own.get("chapters") else None,
        "chapters": [{"startTime": seconds(c["start"]), "title": c["title"]} for c in own.get("chapters", [])],
    }


def main(folder, base):
    home = front_matter(folder / "_index.md")
    series = home["series"]
    now = datetime.datetime.now(datetime.timezone.utc)
    episodes = [episode(file.parent, series, base) for file in sorted(folder.glob("*/index.md"))]
    told = [e for e in episodes if e["date"] <= now.strftime("%Y-%m-%dT%H:%M:%SZ")]
    told.sort(key=lambda e: e["date"], reverse=True)
    json.dump({
        "feed": f"{base}/podcast/feed.xml",
        "title": series["title"],
        "description": home["description"],
        "link": f"{base}/podcast/",
        "author": series["author"],
        "owner": series["owner_name"],
        "language": series["language"],
        "categories": [[part.strip() for part in c.split(">")] for c in series["category"]],
        "explicit": series["explicit"],
        "kind": series["type"],
        "locked": series["locked"],
        "guid": series["guid"],
        "image": f"{base}/podcast/{series['image']}",
        "image_alt": series["image_alt"],
        "location": series["location"],
        "copyright": series["copyright"],
        "licence": LICENCES[series["license"]],
        "synthetic": any(e["synthetic"] for e in told),
        "episodes": told,
    }, sys.stdout, ensure_ascii=False, indent=1)


main(pathlib.Path(sys.argv[1]), sys.argv[2])
