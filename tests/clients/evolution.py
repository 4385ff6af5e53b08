"""Evolution Data Server (the calendar of GNOME) subscribes to a feed and follows it: run inside dbus-run-session, by
tests/clients/evolution, with the folder of three feeds that the host published one after another:
feed-1.ics before a session moved, feed-2.ics after, feed-3.ics after it was cancelled."""
import hashlib
import http.server
import os
import pathlib
import sys
import threading
import time

folder = pathlib.Path(sys.argv[1])
current = {"body": (folder / "feed-1.ics").read_bytes(), "asked": 0, "unchanged": 0, "agents": set()}


class Feed(http.server.BaseHTTPRequestHandler):
    """The bytes of the host with an ETag as it sets them: what the subscriber asks is counted."""

    def do_GET(self):
        body = current["body"]
        tag = '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
        current["asked"] += 1
        current["agents"].add(self.headers.get("User-Agent", ""))
        same = self.headers.get("If-None-Match") == tag
        current["unchanged"] += same
        self.send_response(304 if same else 200)
        self.send_header("ETag", tag)
        if not same:
            self.send_header("Content-Type", "text/calendar; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not same and self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Feed)
threading.Thread(target=server.serve_forever, daemon=True).start()
sources = pathlib.Path(os.environ["XDG_CONFIG_HOME"], "evolution", "sources")
sources.mkdir(parents=True)
(sources / "feed.source").write_text(f"""[Data Source]
DisplayName=feed
Enabled=true
Parent=webcal-stub

[Calendar]
BackendName=webcal
Selected=true

[Authentication]
Host=127.0.0.1
Port={server.server_port}
Method=none

[Security]
Method=none

[WebDAV Backend]
ResourcePath=/calendrier.ics

[Offline]
StaySynchronized=true

[Refresh]
Enabled=false
""")

import gi  # noqa: E402: the folder of the sources must be there first

gi.require_version("EDataServer", "1.2")
gi.require_version("ECal", "2.0")
from gi.repository import ECal, EDataServer  # noqa: E402

problems = []


def check(good, what):
    if not good:
        problems.append(what)
        print(f"  FAILED {what}", file=sys.stderr)


registry = EDataServer.SourceRegistry.new_sync(None)
source = registry.ref_source("feed")
client = ECal.Client.connect_sync(source, ECal.ClientSourceType.EVENTS, 30, None)


def facts(event):
    """(UID, (status, sequence, start)) of the lines of one event."""
    value = {}
    for line in event.replace("\r\n ", "").split("\r\n"):
        name, _, rest = line.partition(":")
        value.setdefault(name.split(";")[0], rest)
    return value["UID"], (value["STATUS"], int(value.get("SEQUENCE", 0)), value["DTSTART"])


def held():
    """What the subscriber has."""
    _, found = client.get_object_list_as_comps_sync("#t", None)
    return dict(facts(one.get_icalcomponent().as_ical_string()) for one in found)


def told(feed):
    """What the feed says."""
    return dict(facts(event) for event in feed.decode().split("BEGIN:VEVENT\r\n")[1:])


def follows(name):
    current["body"] = (folder / name).read_bytes()
    expected = told(current["body"])
    until = time.monotonic() + 20
    while True:
        client.refresh_sync(None)
        if held() == expected or time.monotonic() > until:
            break
        time.sleep(0.3)
    check(held() == expected, f"{name}: it has {held()}, not {expected}")
    return expected


first = follows("feed-1.ics")
second = follows("feed-2.ics")
third = follows("feed-3.ics")
moved = [uid for uid in second if uid in first and second[uid][2] != first[uid][2] and second[uid][1] > first[uid][1]]
cancelled = [uid for uid in third if third[uid][0] == "CANCELLED" and second.get(uid, ("",))[0] != "CANCELLED"]
check(moved, "a session moved between the first two feeds")
check(cancelled, "a session was cancelled between the last two")
unchanged = current["unchanged"]
client.refresh_sync(None)
time.sleep(1)
check(current["unchanged"] > unchanged, "it asks with If-None-Match and takes 304")
check(any("Evolution" in agent for agent in current["agents"]), f"it is Evolution: {current['agents']}")
print(f"evolution: {len(first)} sessions, a move and a cancellation followed, {current['asked']} questions, {len(problems)} failed")
os._exit(1 if problems else 0)
