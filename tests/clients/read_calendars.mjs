// Every calendar that read_calendars.py left in a folder, read by ical.js (Thunderbird's reader).
import { readFile, readdir } from "node:fs/promises";
import ICAL from "ical.js";

const folder = process.argv[2];
let events = 0;
const problems = [];
const files = (await readdir(folder)).filter((name) => name.endsWith(".ics")).sort();
for (const name of files) {
  try {
    const root = new ICAL.Component(ICAL.parse(await readFile(`${folder}/${name}`, "utf8")));
    for (const zone of root.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
    for (const part of root.getAllSubcomponents("vevent")) {
      const event = new ICAL.Event(part);
      const start = event.startDate.toJSDate();
      // The same instant by our zone as by the reader's reading of our VTIMEZONE.
      const text = part.getFirstPropertyValue("dtstart").toString();
      const zone = part.getFirstProperty("dtstart").getParameter("tzid");
      const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }).format(start);
      if (shown.replace(" ", "T") !== text) problems.push(`${name}: ${zone} shows ${shown}, not ${text}`);
      if (!event.uid || !(event.endDate.toJSDate() > start)) problems.push(`${name}: no UID or no end`);
      events += 1;
    }
  } catch (error) {
    problems.push(`${name}: ${error.message}`);
  }
}
if (files.length < 3 || events === 0) problems.push(`${files.length} files, ${events} events`);
for (const problem of problems) console.error(`  FAILED ${problem}`);
console.log(`ical.js: ${events} events of ${files.length} calendars, ${problems.length} failed`);
process.exit(problems.length ? 1 : 0);
