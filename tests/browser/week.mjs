// A coordinator's whole week: an institution asks, a date is proposed and accepted, people register and wait, the session
// moves, another is cancelled. Visitors once with JavaScript and once without.
import { base, check, finish, launch, traces, visitor } from "./kit.mjs";
import { axeOn, fillSession, inDays, join, mail, mails } from "./team.mjs";

const browser = await launch();
const staff = await visitor(browser, { bypassCSP: true });
const team = staff.page;
await join(team, "Dominique Semaine", "semaine@exemple.test", "coordinator");
const main = (page) => page.innerText("main");
const send = "main form.form > .actions button[type=submit]";

async function week(javaScriptEnabled, tag, day) {
  const say = (what) => `${what} (${javaScriptEnabled ? "with" : "without"} JavaScript)`;
  const guest = async () => visitor(browser, { javaScriptEnabled, bypassCSP: javaScriptEnabled });
  const axe = async (page, where) => javaScriptEnabled && axeOn(page, where);
  const school = `Collège ${tag}`;
  const asker = `sacha-${tag}@exemple.test`;

  // Monday: the request. A wished day that falls badly is told once.
  const one = await guest();
  await one.page.goto(`${base}/calendrier/demande?departement=29`);
  check((await main(one.page)).includes("zone B"), say("the form shows the school zone"));
  await axe(one.page, "the request form with holidays");
  const year = new Date().getFullYear() + 1;
  for (const [name, value] of [["organisation", school], ["name", "Sacha Leroy"], ["email", asker], ["audience", "équipe éducative"],
    ["headcount", "24"], ["need", "Comprendre et repérer."], ["wish_1", `${year}-07-14`]]) await one.page.fill(`main form.form [name=${name}]`, value);
  await one.page.selectOption("main form.form [name=departement]", "29");
  await one.page.click(send);
  check((await main(one.page)).includes("Fête nationale"), say("a wished day that falls badly is told"));
  await axe(one.page, "the request form with a note");
  await one.page.click(send);
  check(one.page.url().endsWith("/recue"), say("and taken as it is the second time"));
  const follow = base + (await mail(asker, /\/calendrier\/demande\/[a-f0-9]{64}/))[0];

  // Tuesday: the proposal, which nobody sees.
  await team.goto(`${base}/equipe/demandes`);
  await axe(team, "the requests with days");
  await team.click(`section:has-text("${school}") a.btn`);
  await axe(team, "the form that proposes a date");
  await fillSession(team, { date: inDays(day), capacity: "2", departement: "29", title: `Séance ${tag}` });
  await team.fill("[name=answer]", "Voici une date possible.");
  await team.click("button[name=what][value=proposer]");
  check((await main(team)).includes("La proposition est envoyée"), say("a date is proposed"));
  const id = team.url().match(/seances\/([^/?]+)/)[1];
  check((await fetch(`${base}/calendrier/${id}/`)).status === 404, say("nobody sees a proposal"));

  // Wednesday: the institution accepts.
  await one.page.goto(follow);
  await axe(one.page, "the page of a proposal");
  check((await main(one.page)).includes("Voici une date possible."), say("the institution reads the proposal"));
  await one.page.click('button:has-text("Accepter cette date")');
  check((await main(one.page)).includes("Une séance est prévue pour vous"), say("and accepts it"));
  await axe(one.page, "the page of an accepted request");
  check(!(await (await fetch(`${base}/calendrier/`)).text()).includes(id), say("its session is not on the public list"));

  // Thursday: a group, then somebody who waits.
  async function register(page, who, seats) {
    await page.goto(`${base}/calendrier/${id}/inscription`);
    await page.fill("[name=name]", `Camille ${who}`);
    await page.fill("[name=email]", `${who}-${tag}@exemple.test`);
    await page.fill("[name=organisation]", school);
    await page.selectOption("[name=departement]", "29");
    await page.fill("[name=seats]", seats);
    await page.click("main form button[type=submit]");
    const link = (await mail(`${who}-${tag}@exemple.test`, /\/calendrier\/confirmer\/[a-f0-9]{64}/))[0];
    await page.goto(base + link);
    await page.click("main form button[type=submit]");
    await page.waitForLoadState();
    return base + (await mail(`${who}-${tag}@exemple.test`, /\/calendrier\/gerer\/[a-f0-9]{64}/))[0];
  }
  const two = await guest();
  await two.page.goto(`${base}/calendrier/${id}/inscription`);
  await axe(two.page, "the form for a seat with needs");
  const group = await register(two.page, "groupe", "2");
  await two.page.goto(group);
  await axe(two.page, "the page of a group");
  await two.page.fill("[name=names]", "Alix Un\nBo Deux\nCo Trois");
  await two.page.click('button:has-text("Enregistrer les noms")');
  check((await main(two.page)).includes("plus de noms que de places"), say("more names than seats are refused"));
  await axe(two.page, "the page of a group with its mistake");
  await two.page.fill("[name=names]", "Alix Un\nBo Deux");
  await two.page.click('button:has-text("Enregistrer les noms")');
  await team.goto(`${base}/equipe/seances/${id}`);
  check((await main(team)).includes("Bo Deux"), say("the coordinator sees the names"));
  await axe(team, "the session with a group");
  const three = await guest();
  await register(three.page, "attente", "1");
  check((await main(three.page)).includes("première personne de la liste"), say("the next one waits"));

  // More seats: who waited has one.
  await team.goto(`${base}/equipe/seances/${id}`);
  await team.fill("[name=capacity]", "3");
  await team.click('button:has-text("Changer le nombre de places")');
  const promoted = await mail(`attente-${tag}@exemple.test`, /Une place s/);
  check(promoted[0] !== "", say("more seats promote who waits"));

  // Friday: it moves, and everybody is told; then it is cancelled.
  await team.goto(`${base}/equipe/seances/${id}/modifier`);
  await team.fill("[name=date]", inDays(day + 1));
  await team.click(send);
  await mail(asker, /La s=?.{0,6}ance pr.{0,6}vue pour vous change|pour vous change/);
  await team.click("details:has(form) summary");
  await team.click("details:has(form) button[type=submit]");
  check((await main(team)).includes("La séance est annulée"), say("the session is cancelled"));
  await mail(asker, /METHOD:CANCEL/);
  await mail(`groupe-${tag}@exemple.test`, /METHOD:CANCEL/);
  await one.page.goto(follow);
  check((await main(one.page)).includes("annulée"), say("the institution's page says so"));

  for (const each of [one, two, three]) {
    check(each.foreign.length === 0, say("no request to another host"));
    if (javaScriptEnabled) check((await traces(each.context, each.page)) === 0, say("nothing is stored on the device"));
    await each.context.close();
  }
}

await week(true, "ouest", 60);
await week(false, "nord", 70);

// A series, a minimum, and the previews of the messages.
await team.goto(`${base}/equipe/seances/nouvelle`);
await fillSession(team, { date: inDays(50), title: "Série", least: "4", decides: `${inDays(45)}T12:00`, times: "3" });
await team.selectOption("[name=repeat]", "week");
await team.click(send);
check((await main(team)).includes("Les séances de la série sont créées"), `a series is made: ${team.url()}`);
check((await team.locator("#serie ~ ul li").count()) === 3, "each date is a session");
await axeOn(team, "a session of a series");
await team.goto(`${base}/equipe/agenda?tous=1`);
await axeOn(team, "everybody's agenda");
await team.goto(`${base}/equipe/messages/modeles`);
await axeOn(team, "the list of models");
await team.click("main li a >> nth=2");
await axeOn(team, "the model of a message");
await team.click('a:has-text("Le voir comme dans un courriel")');
await axeOn(team, "a mail in HTML");
check((await mails("semaine@exemple.test")).length >= 3, "the coordinator was told of requests and answers");
// A decline has its reason.
const ask = await visitor(browser);
await ask.page.goto(`${base}/calendrier/demande`);
for (const [name, value] of [["organisation", "École du Phare"], ["name", "Noa Petit"], ["email", "noa@exemple.test"], ["audience", "équipe"], ["headcount", "4"], ["need", "Une heure."]]) await ask.page.fill(`main form.form [name=${name}]`, value);
await ask.page.selectOption("main form.form [name=departement]", "974");
await ask.page.click(send);
await team.goto(`${base}/equipe/demandes`);
const section = team.locator('section:has-text("École du Phare")');
await section.locator("details:has(select) summary").click();
await section.locator("details:has(select) form button").click();
check((await team.locator(".field-error").count()) === 2, "a refusal needs a reason and an answer");
await axeOn(team, "the refusal with its mistakes");
await team.locator('section:has-text("École du Phare") select').selectOption("too-few");
await team.locator('section:has-text("École du Phare") textarea').fill("Nous vous orientons vers une séance ouverte.");
await section.locator("details:has(select) form button").click();
check((await main(team)).includes("Trop peu de personnes"), "the reason is kept for the figures");
await ask.context.close();

// The figures of the week: each leads to its rows.
await team.goto(`${base}/equipe/chiffres`);
await axeOn(team, "the figures of the week");
check(Number(await team.locator('dl.facts a[href^="/equipe/chiffres/demandes"]').innerText()) >= 3, "the requests of the week are counted");
await team.click('a[href*="motif=too-few"]');
check((await main(team)).includes("École du Phare"), "a refusal leads to the request that was refused");
await axeOn(team, "the requests refused for a reason");
await browser.close();
finish("week");
