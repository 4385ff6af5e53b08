// What comes out of the calendar and what goes in: a feed before and after a move and a cancellation (kept for the calendar
// clients), figures that lead to their rows, exports, an import, the audit log, and what a person sees and erases.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { base, check, finish, launch, traces, visitor } from "./kit.mjs";
import { axeOn, fillSession, inDays, join, mail } from "./team.mjs";

const browser = await launch();
const staff = await visitor(browser, { bypassCSP: true });
const team = staff.page;
await join(team, "Claude Chiffres", "chiffres@exemple.test", "coordinator");
const main = (page) => page.innerText("main");
const send = "main form.form > .actions button[type=submit]";
const feeds = path.join(path.dirname(process.env.HOST_DATA), "feeds");
await mkdir(feeds, { recursive: true });

async function session(values) {
  await team.goto(`${base}/equipe/seances/nouvelle`);
  await fillSession(team, values);
  await team.locator("[name=publish]").check();
  await team.click(send);
  await team.waitForURL(/\/equipe\/seances\/(?!nouvelle)[^/?]+/);
  return team.url().match(/seances\/([^/?]+)/)[1];
}
async function keep(number) {
  const answer = await fetch(`${base}/calendrier.ics`);
  await writeFile(`${feeds}/feed-${number}.ics`, Buffer.from(await answer.arrayBuffer()));
}

// --- a feed, a move, a cancellation
const id = await session({ date: inDays(90), title: "Une date qui bouge", departement: "2A", time: "18:30" });
await keep(1);
await team.goto(`${base}/equipe/seances/${id}/modifier`);
await team.fill("[name=time]", "19:00");
await team.click(send);
await team.waitForLoadState();
await keep(2);

// --- somebody registers, sees what is stored, and erases it
const one = await visitor(browser, { bypassCSP: true });
await one.page.goto(`${base}/calendrier/?departement=2A`);
check((await main(one.page)).includes("/calendrier/departement/2A.ics"), "a chosen département shows its own calendar");
await axeOn(one.page, "the list with its filter open");
await one.page.setViewportSize({ width: 320, height: 800 });
await one.page.goto(`${base}/calendrier/`);
check(!(await one.page.locator("#departement").isVisible()), "the filter is folded on a phone");
await one.page.click("details.filter summary");
check(await one.page.locator("#departement").isVisible(), "and unfolds");
await one.page.goto(`${base}/calendrier/${id}/inscription`);
for (const [name, value] of [["name", "Camille Effacée"], ["email", "efface@exemple.test"], ["organisation", "Foyer du Port"]]) await one.page.fill(`[name=${name}]`, value);
await one.page.selectOption("[name=departement]", "2B");
await one.page.click("main form button[type=submit]");
await one.page.goto(base + (await mail("efface@exemple.test", /\/calendrier\/confirmer\/[a-f0-9]{64}/))[0]);
await one.page.click("main form button[type=submit]");
const manage = (await mail("efface@exemple.test", /\/calendrier\/gerer\/[a-f0-9]{64}/))[0];
await one.page.goto(base + manage);
await one.page.click('main a[href^="/calendrier/donnees/"]');
check((await main(one.page)).includes("efface@exemple.test"), "the page shows what is stored");
await axeOn(one.page, "what is stored of a person");
const file = await (await fetch(one.page.url() + ".json")).json();
check(file.stored.some((kept) => kept.field === "email" && kept.value === "efface@exemple.test" && kept.erased_from), "the file holds it too, with its day");
await one.page.click("main form button[type=submit]");
check((await main(one.page)).includes("C’est effacé"), "it is erased");
check((await one.page.goto(base + manage)).status() === 410, "the link is over");
await team.goto(`${base}/equipe/seances/${id}`);
check(!(await main(team)).includes("Effacée"), "staff see no name any more");
check((await traces(one.context, one.page)) === 0 && one.foreign.length === 0, "nothing is stored on the device, nothing asked elsewhere");

// --- an import: shown first, every mistake by its line
await team.goto(`${base}/equipe/importer`);
await axeOn(team, "the form of an import");
const rows = (more) => ({ name: "seances.csv", mimeType: "text/csv", buffer: Buffer.from(`Titre;Date;Heure;Lieu;Identifiant\nImportée;03/12/${new Date().getFullYear() - 1};14h00;Bastia;vieux-1\n${more}`) });
async function upload(file) {
  await team.setInputFiles("#fichier", file);
  await team.selectOption("#kind", "training");
  await team.fill("#audience", "Équipes éducatives");
  await team.selectOption("#departement", "2B");
  await team.click("form[enctype] button[type=submit]");
  await team.waitForLoadState();
}
await upload(rows("Impossible;30/02/2027;25h00;Bastia;vieux-2\n"));
check((await team.locator("tbody tr").count()) === 2 && (await team.locator("[name=confirmer]").count()) === 0, "a mistake holds everything back");
await axeOn(team, "an import with mistakes");
await upload(rows(""));
await axeOn(team, "an import to confirm");
await team.click('button:has-text("Enregistrer ces séances")');
check((await main(team)).includes("Séances enregistrées : 1"), "and taken in when it is good");

// --- figures: the past session is held; its people are declared; each figure leads to its rows
const year = new Date().getFullYear() - 1;
await team.goto(`${base}/equipe/chiffres?de=${year}-01-01&a=${year}-12-31`);
await axeOn(team, "the figures");
const undeclared = team.locator('dl.facts a[href*="declare=non"]');
check((await undeclared.innerText()) === "1", "one session is not declared yet");
await undeclared.click();
await axeOn(team, "the rows of a figure");
await team.click('a:has-text("à déclarer")');
await team.fill("#people", "24");
await team.click('button:has-text("Enregistrer le nombre")');
check((await main(team)).includes("est enregistré"), "the number is kept");
await axeOn(team, "a past session");
await team.goto(`${base}/equipe/chiffres?de=${year}-01-01&a=${year}-12-31`);
check((await team.locator('dl.facts a[href*="declare=oui"]').innerText()) === "24", "and counted");
for (const name of ["seances", "inscriptions", "demandes"]) {
  for (const kind of ["csv", "xlsx"]) {
    const [download] = await Promise.all([team.waitForEvent("download"), team.click(`a[href^="/equipe/exports/${name}.${kind}"]`)]);
    check(download.suggestedFilename().startsWith(`${name}-${year}`), `${name}.${kind} is downloaded as ${download.suggestedFilename()}`);
  }
}
await team.goto(`${base}/equipe/chiffres/demandes`);
await axeOn(team, "the requests of a figure");
await team.goto(`${base}/equipe/journal`);
await axeOn(team, "the audit log");
const log = await main(team);
for (const action of ["Séance importée", "Personnes touchées déclarées", "Export XLSX", "Inscription effacée à la demande"]) check(log.includes(action), `the log tells of ${action}`);
await one.page.goto(`${base}/calendrier/chiffres?annee=${year}`);
check((await main(one.page)).includes("24"), "everybody reads the figures");
await axeOn(one.page, "the figures for everybody");

// --- the cancellation, last: the feed shows it
await team.goto(`${base}/equipe/seances/${id}`);
await team.click('summary:has-text("Annuler")');
await team.click("details[open] button[type=submit]");
await keep(3);

await browser.close();
finish("data");
