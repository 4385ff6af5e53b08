// A session's whole life in a real browser: the coordinator comes in by the first-run link and puts it on the calendar,
// one professional takes the last seat and confirms by the mail, a second waits, the first cancels, the second moves
// up, the coordinator sees it; then the session moves. Without JavaScript for visitors, axe-core on every page.
import { readFile } from "node:fs/promises";
import { base, check, finish, launch, traces, visitor } from "./kit.mjs";
import { axeOn, enrol, mail, mails } from "./team.mjs";

const browser = await launch();
const log = await readFile(process.env.HOST_LOG, "utf8");
const firstRun = log.match(/\/equipe\/premier-acces\/[A-Za-z0-9_-]+/)?.[0];
check(firstRun !== undefined, "the first-run link is printed");

// --- the coordinator
const staff = await visitor(browser, { bypassCSP: true });
const team = staff.page;
await team.goto(base + firstRun);
await axeOn(team, "the first-run page");
await team.fill("[name=name]", "Dominique Repère");
await team.fill("[name=email]", "coordination@exemple.test");
await team.fill("[name=password]", "une phrase assez longue pour tenir");
await team.fill("[name=password_again]", "une phrase assez longue pour tenir");
await team.click("main form button[type=submit]");
await team.waitForURL(`${base}/equipe/compte/code`);
await axeOn(team, "the page that sets up the authenticator app");
await enrol(team);
check(team.url() === `${base}/equipe/`, "the staff area opens after the code");
check((await staff.context.cookies()).every((c) => c.httpOnly && c.sameSite === "Strict" && c.path === "/equipe"), "the staff cookie is HttpOnly, strict, for /equipe only");
await axeOn(team, "the staff overview");
check((await team.goto(base + firstRun)).status() === 410, "the first-run link works once");

const day = new Date(Date.now() + 60 * 86400e3).toISOString().slice(0, 10);
async function newSession(title, capacity) {
  await team.goto(`${base}/equipe/seances/nouvelle`);
  await axeOn(team, "the form of a session");
  await team.selectOption("[name=kind]", { index: 1 });
  await team.fill("[name=title]", title);
  await team.fill("[name=audience]", "Équipes éducatives");
  await team.fill("[name=programme]", "Comprendre.\nRepérer.\nOrienter.");
  await team.fill("[name=place]", "Rennes, centre-ville");
  await team.fill("[name=address]", "salle interne, 3e étage");
  await team.selectOption("[name=departement]", "35");
  await team.fill("[name=date]", day);
  await team.fill("[name=time]", title.includes("seconde") ? "18:30" : "14:00");
  await team.fill("[name=minutes]", "120");
  for (const name of ["travel_before", "travel_after"]) {
    if (await team.locator(`[name=${name}]`).count()) await team.fill(`[name=${name}]`, "0");
  }
  await team.fill("[name=capacity]", String(capacity));
  const publish = team.locator("[name=publish]");
  if ((await publish.getAttribute("type")) === "checkbox") await publish.check();
  await team.click("main form button[type=submit]");
  await team.waitForURL(/\/equipe\/seances\/[^/?]+(\?.*)?$/);
  check(!team.url().endsWith("nouvelle"), `the session “${title}” is made: ${await team.locator(".notice").allInnerTexts()}`);
  return team.url().match(/seances\/([^/?]+)/)[1];
}
const id = await newSession("Comprendre et repérer", 1);
await axeOn(team, "the staff's page of a session");
const second = await newSession("Une seconde date", 8);

// --- the calendar in public
const one = await visitor(browser, { bypassCSP: true });
await one.page.goto(`${base}/calendrier/`);
await axeOn(one.page, "the list of sessions");
check((await one.page.locator(`a[href="/calendrier/${id}/"]`).count()) > 0, "the session is on the list");
const listed = await one.page.content();
check(!listed.includes("salle interne"), "the list does not tell the exact address");
await one.page.goto(`${base}/calendrier/mois/${day.slice(0, 7)}`);
await axeOn(one.page, "the month");
await one.page.goto(`${base}/calendrier/${id}/`);
await axeOn(one.page, "the page of a session");
check(!(await one.page.content()).includes("salle interne"), "the page does not tell the exact address");

async function register(page, name, email) {
  await page.goto(`${base}/calendrier/${id}/inscription`);
  await page.fill("[name=name]", name);
  await page.fill("[name=email]", email);
  await page.fill("[name=function]", "éducatrice");
  await page.fill("[name=organisation]", "Foyer de l'avenue");
  await page.selectOption("[name=departement]", "35");
  await page.click("main form button[type=submit]");
}

await one.page.goto(`${base}/calendrier/${id}/inscription`);
await axeOn(one.page, "the form for a seat");
await one.page.fill("[name=name]", "Camille Durand");
await one.page.fill("[name=email]", "pas une adresse");
const [refused] = await Promise.all([
  one.page.waitForResponse((r) => r.request().method() === "POST"),
  one.page.evaluate(() => document.querySelector("main form").submit()),
]);
await one.page.waitForLoadState();
check(refused.status() === 422, `a form with mistakes answers ${refused.status()}`);
check((await one.page.inputValue("[name=name]")) === "Camille Durand", "what was typed is kept");
check((await one.page.locator("[aria-invalid=true]").count()) >= 2, "each mistake stands by its field");
await axeOn(one.page, "the form with mistakes");

await register(one.page, "Camille Durand", "camille@exemple.test");
check(one.page.url().includes("/recue"), "the form leads to a page that says what comes next");
await axeOn(one.page, "the page after the form");
const confirm = (await mail("camille@exemple.test", /\/calendrier\/confirmer\/[A-Za-z0-9_-]+/))[0];
await one.page.goto(base + confirm);
await one.page.goto(base + confirm);
await axeOn(one.page, "the page that confirms");
await team.goto(`${base}/equipe/seances/${id}`);
check((await team.innerText("main")).includes("Camille Durand"), "the coordinator sees who registered");
await one.page.click("main form button[type=submit]");
await one.page.waitForLoadState();
const manage = (await mail("camille@exemple.test", /\/calendrier\/gerer\/[A-Za-z0-9_-]+/))[0];

// --- the second one waits
const two = await visitor(browser, { javaScriptEnabled: false });
await two.page.goto(`${base}/calendrier/${id}/`);
const full = await two.page.innerText("main");
check(/complet|liste d.attente/i.test(full), "the session says calmly that it is full");
await register(two.page, "Dany Petit", "dany@exemple.test");
check(two.page.url().includes("/recue"), "the second one gets a calm answer");
const waiting = (await mail("dany@exemple.test", /\/calendrier\/(?:confirmer|gerer)\/[A-Za-z0-9_-]+/))[0];
await two.page.goto(base + waiting);
check((await two.page.innerText("main")).length > 50, "the link of the waiting list shows where one stands");
if (waiting.includes("confirmer") && (await two.page.locator("main form button[type=submit]").count())) {
  await two.page.click("main form button[type=submit]");
}

// --- the first one cancels: seeing the link is not acting
await one.page.goto(base + manage);
await axeOn(one.page, "the page that manages a seat");
await one.page.goto(base + manage);
await team.goto(`${base}/equipe/seances/${id}`);
const before = await team.innerText("main");
await one.page.click("main form button[type=submit]");
await one.page.waitForLoadState();
for (let tries = 0; tries < 100 && (await mails("dany@exemple.test")).length < 2; tries += 1) {
  await new Promise((done) => setTimeout(done, 200));
}
await team.goto(`${base}/equipe/seances/${id}`);
const afterwards = await team.innerText("main");
check(before !== afterwards && afterwards.includes("Dany Petit"), "the coordinator sees the change");
check((await mails("dany@exemple.test")).length >= 2, "the one who waited is told");

// --- the session moves, and the calendars say so
const sequence = async () => Number((await (await fetch(`${base}/calendrier/${second}.ics`)).text()).match(/SEQUENCE:(\d+)/)?.[1] ?? 0);
const first = await sequence();
await team.goto(`${base}/equipe/seances/${second}/modifier`);
await axeOn(team, "the form that changes a session");
await team.fill("[name=time]", "19:00");
await team.click("main form button[type=submit]");
await team.waitForLoadState();
check((await sequence()) === first + 1, "a session that moved has a higher SEQUENCE");
check((await (await fetch(`${base}/calendrier/${second}.ics`)).text()).includes("T190000"), "the calendar has the new hour");

// --- an institution asks
const three = await visitor(browser, { bypassCSP: true });
await three.page.goto(`${base}/calendrier/demande`);
await axeOn(three.page, "the form of a request");
for (const [name, value] of [["organisation", "Collège du Port"], ["name", "Sacha Leroy"], ["email", "sacha@exemple.test"],
  ["function", "principale"], ["audience", "équipe éducative"], ["headcount", "24"], ["need", "Une demi-journée pour comprendre et repérer."],
  ["preferred", "Plutôt en mars, un jeudi."]]) await three.page.fill(`main form.form [name=${name}]`, value);
await three.page.selectOption("main form.form [name=departement]", "29");
await three.page.click("main form.form > .actions button[type=submit]");
await three.page.waitForLoadState();
check(three.page.url().includes("/calendrier/demande/"), "the request is received");
await axeOn(three.page, "the page after a request");
const follow = (await mail("sacha@exemple.test", /\/calendrier\/demande\/[A-Za-z0-9_-]{16,}/))[0];
await three.page.goto(base + follow);
await axeOn(three.page, "the page that follows a request");
await team.goto(`${base}/equipe/demandes`);
check((await team.innerText("main")).includes("Collège du Port"), "the coordinator sees the request");
await axeOn(team, "the staff's list of requests");
await team.goto(`${base}/equipe/messages`);
await axeOn(team, "the staff's list of messages");
await team.goto(`${base}/equipe/compte`);
await axeOn(team, "the page of one's own sign-ins");
check((await team.locator("input[name=sign_in]").count()) === 1, "the sign-in of this browser is listed");
await team.goto(`${base}/equipe/messages`);
check((await team.innerText("main")).length > 100, "the coordinator can read the mails that were kept");

// --- calm pages
for (const [path, status] of [["/calendrier/inconnue/", 404], ["/calendrier/gerer/jeton-inconnu-00000000", 410],
  ["/calendrier/mois/2026-13", 404], ["/equipe/seances/inconnue", 404]]) {
  const answer = await team.goto(base + path);
  check(answer.status() === status, `${path} answers ${answer.status()}, not ${status}`);
  check((await team.locator("a[href='tel:119']").count()) > 0, `${path} leads to help`);
}
const outside = await visitor(browser);
const closed = await outside.page.goto(`${base}/equipe/seances/${id}`);
check(!(await outside.page.content()).includes("Dany Petit") && closed.url().includes("/equipe/connexion"), "the staff area is closed to others");

for (const [who, each] of [["first", one], ["second", two], ["institution", three]]) {
  check(each.foreign.length === 0, `no request to another host for the ${who}`);
  if (who !== "second") check((await traces(each.context, each.page)) === 0, `nothing is stored on the device of the ${who}`);
  check((await each.context.cookies()).length === 0, `no cookie for the ${who}`);
}
await browser.close();
finish("calendar");
