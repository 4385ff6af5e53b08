"""Reads every calendar the host publishes: the feed and one file a session. See tests/clients/calendar."""
import re
import subprocess
import sys
import urllib.error
import urllib.request

from icalendar import Calendar

base, strict = sys.argv[1:]
problems = []
passed = 0


def check(good, what):
    global passed
    if good:
        passed += 1
    else:
        problems.append(what)
        print(f"  FAILED {what}", file=sys.stderr)


def get(path, **headers):
    request = urllib.request.Request(base + path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read()


def read(path):
    status, headers, body = get(path)
    check(status == 200, f"{path} answers {status}")
    check(headers["Content-Type"] == "text/calendar; charset=utf-8", f"{path} is {headers['Content-Type']}")
    check(get(path)[2] == body, f"{path} gives the same bytes twice")
    check(get(path, If_None_Match=headers["ETag"] or "none")[0] == 304, f"{path} that did not change answers 304")
    check(all(len(line) <= 75 for line in body.split(b"\r\n")), f"{path} folds its lines at 75 octets")
    check(b"\n" not in body.replace(b"\r\n", b""), f"{path} ends its lines with CRLF")
    done = subprocess.run([strict], input=body, capture_output=True)
    check(done.returncode == 0, f"{path}: libical: {done.stderr.decode()[:300]}")
    calendar = Calendar.from_ical(body)
    check(not calendar.errors, f"{path}: icalendar: {calendar.errors}")
    check(not calendar.get_missing_tzids(), f"{path}: no VTIMEZONE for {calendar.get_missing_tzids()}")
    return calendar


feed = read("/calendrier.ics")
events = list(feed.walk("VEVENT"))
check(len(events) >= 1, f"the feed holds {len(events)} sessions")
check(len({str(e["UID"]) for e in events}) == len(events), "each session has its own UID")
page = get("/calendrier/")[2].decode()
sessions = sorted(set(re.findall(r'href="(/calendrier/[^"/]+\.ics)"', page)))
for event in events:
    path = "/" + str(event["URL"]).split("/", 3)[3]
    sessions.append(path.rstrip("/") + ".ics")
for path in sorted(set(sessions)):
    one = list(read(path).walk("VEVENT"))
    check(len(one) == 1, f"{path} holds one session")
for secret in ["salle interne", "@exemple.test"]:
    check(secret not in get("/calendrier.ics")[2].decode(), f"the public feed does not hold “{secret}”")

print(f"calendar: {passed} passed, {len(problems)} failed")
sys.exit(1 if problems else 0)
