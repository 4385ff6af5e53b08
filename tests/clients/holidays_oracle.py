"""Public and school holidays of every département, as the host tells them, against PyPI holidays."""
import datetime
import json
import sys
import urllib.request

import holidays

base = sys.argv[1]
TERRITORY = {"57": "57", "67": "6AE", "68": "6AE", "975": "PM", "977": "BL", "978": "MF", "986": "WF", "987": "PF",
             "988": "NC"} | {code: code for code in ("971", "972", "973", "974", "976")}
problems = []
compared = 0


def get(path):
    with urllib.request.urlopen(base + path) as answer:
        return json.load(answer)


def days(spans):
    for span in spans:
        day, last = (datetime.date.fromisoformat(span[end]) for end in ("first", "last"))
        while day <= last:
            yield day
            day += datetime.timedelta(1)


departements = get("/api/v1/departements")["departements"]
for one in departements:
    code = one["code"]
    # The rules of a year are those of every year: the ends of a century, and each date Easter may have, near them.
    years = range(2026, 2042) if code in TERRITORY or code in ("01", "2A", "2B") else (2026, 2027)
    for year in years:
        told = get(f"/api/v1/departements/{code}/holidays?year={year}")
        ours = sorted(day["date"] for day in told["public"])
        theirs = sorted(str(day) for day in holidays.France(years=year, subdiv=TERRITORY.get(code)))
        compared += 1
        if sorted(set(ours)) != theirs:
            problems.append(f"{code} {year}: {sorted(set(ours) ^ set(theirs))}")
        if one["school_zone"] not in ("a", "b", "c") or told["school_known"] is None:
            if told["school"]:
                problems.append(f"{code} {year}: school holidays from nowhere")
            continue
        first, last = (datetime.date.fromisoformat(told["school_known"][end]) for end in ("first", "last"))
        zone = f"Zone {one['school_zone'].upper()}"
        oracle = holidays.France(years=year, subdiv=zone, categories=("school",))
        ours = {day for day in days(told["school"]) if day.year == year}
        theirs = {day for day in oracle if first <= day <= last}
        compared += 1
        if ours != theirs:
            problems.append(f"{code} {year} {zone}: {sorted(map(str, ours ^ theirs))[:5]}")
for problem in problems:
    print(f"  FAILED {problem}", file=sys.stderr)
print(f"holidays: {compared} years compared for {len(departements)} départements, {len(problems)} failed")
sys.exit(1 if problems or len(departements) != 107 else 0)
