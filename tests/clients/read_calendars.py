"""Reads every calendar the host publishes or mails: feeds, one file a session, invitations. See tests/clients/calendar.

Each goes through libical's strict check, python icalendar, vobject, ics and ical; ical.js reads those that are left in the
folder (read_calendars.mjs).
"""
import email
import email.policy
import pathlib
import re
import subprocess
import sys
import urllib.error
import urllib.request
import warnings

import ics
import vobject
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

warnings.filterwarnings("ignore")  # ics tells of its own future
base, strict, data, out = sys.argv[1:]
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


def attempt(what, read):
    """A reader that raises says no."""
    try:
        return read()
    except Exception as error:  # noqa: BLE001: every kind of refusal counts
        check(False, f"{what}: {type(error).__name__}: {error}")
        return None


def judge(name, body):
    """What every reader makes of a calendar; icalendar's view of it."""
    check(all(len(line) <= 75 for line in body.split(b"\r\n")), f"{name} folds its lines at 75 octets")
    check(b"\n" not in body.replace(b"\r\n", b""), f"{name} ends its lines with CRLF")
    done = subprocess.run([strict], input=body, capture_output=True)
    text = body.decode()
    count = text.count("BEGIN:VEVENT")
    # A calendar without a component is a feed between two seasons; RFC 5545 wants one, every program takes it.
    check(done.returncode == 0 or count == 0, f"{name}: libical: {done.stderr.decode()[:300]}")
    calendar = Calendar.from_ical(body)
    check(not calendar.errors, f"{name}: icalendar: {calendar.errors}")
    check(not calendar.get_missing_tzids(), f"{name}: no VTIMEZONE for {calendar.get_missing_tzids()}")
    starts = sorted(event["DTSTART"].dt.timestamp() for event in calendar.walk("VEVENT"))
    if count:
        one = attempt(f"{name}: vobject", lambda: vobject.readOne(text))
        if one is not None:
            check(attempt(f"{name}: vobject", lambda: one.validate(True)), f"{name}: vobject does not validate it")
            check(sorted(e.dtstart.value.timestamp() for e in one.vevent_list) == starts, f"{name}: vobject: other starts")
    read = attempt(f"{name}: ics", lambda: ics.Calendar(text))
    if read is not None:
        check(sorted(e.begin.timestamp() for e in read.events) == starts, f"{name}: ics: other starts")
    stream = attempt(f"{name}: ical", lambda: IcsCalendarStream.calendar_from_ics(text))
    if stream is not None:
        check(sorted(e.start.timestamp() for e in stream.events) == starts, f"{name}: ical: other starts")
    safe = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
    pathlib.Path(out, f"{safe}.ics").write_bytes(body)
    return calendar


def read(path):
    status, headers, body = get(path)
    check(status == 200, f"{path} answers {status}")
    check(headers["Content-Type"] == "text/calendar; charset=utf-8", f"{path} is {headers['Content-Type']}")
    check(get(path)[2] == body, f"{path} gives the same bytes twice")
    check(get(path, If_None_Match=headers["ETag"] or "none")[0] == 304, f"{path} that did not change answers 304")
    return judge(path, body)


feed = read("/calendrier.ics")
events = list(feed.walk("VEVENT"))
check(len(events) >= 1, f"the feed holds {len(events)} sessions")
check(len({str(e["UID"]) for e in events}) == len(events), "each session has its own UID")
read("/calendrier/departement/35.ics")
read("/calendrier/departement/976.ics")
audience = re.search(r'<option value="([^"]+)"', get("/calendrier/")[2].decode().split('id="public"', 1)[-1])
check(audience is not None, "the list offers an audience")
if audience:
    page = get("/calendrier/?public=" + urllib.request.quote(audience[1]))[2].decode()
    own = re.search(r'href="[^"]*(/calendrier/public/[^"]+\.ics)"', page)
    check(own is not None and list(read(own[1]).walk("VEVENT")), "an audience has its own feed")
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

# What went out by mail: invitations, updates, cancellations.
methods = {}
for file in sorted(pathlib.Path(data, "mail").glob("*.eml")):
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() != "text/calendar":
            continue
        body = part.get_payload(decode=True)
        method = str(part.get_param("method"))
        methods[method] = methods.get(method, 0) + 1
        name = f"mail {sum(methods.values())} {method}"
        check(part["Content-Transfer-Encoding"] == "base64", f"{name} is base64")
        calendar = judge(name, body)
        check(str(calendar.get("METHOD")) == method, f"{name}: the part and the object name the same method")
        check(len(list(calendar.walk("VEVENT"))) == 1, f"{name} holds one session")
for method in ["REQUEST", "CANCEL"]:
    check(methods.get(method, 0) >= 1, f"a mail with {method} was among {methods}")

print(f"calendar: {passed} passed, {len(problems)} failed ({sum(methods.values())} invitations)")
sys.exit(1 if problems else 0)
