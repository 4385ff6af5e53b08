// By keyboard alone: a registration, a group with its names, a request, a proposal that is accepted, a session that staff
// make. Nothing is clicked; what has the focus is seen, and nothing lies over it. Once on a desk with JavaScript, once on the
// narrowest phone without it.
import { base, check, finish, launch, visitor } from "./kit.mjs";
import { axeOn, inDays, join, mail } from "./team.mjs";

const browser = await launch();

/** Goes on with Tab to what `selector` names. Everything on the way shows that it has the focus. */
async function to(page, selector) {
  for (let step = 0; step < 150; step += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate((wanted) => {
      const e = document.activeElement;
      if (!e || e === document.body) return { name: "" };
      const style = getComputedStyle(e);
      const box = e.getBoundingClientRect();
      const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 20));
      const label = e.labels?.[0];
      return {
        name: `${e.tagName.toLowerCase()}${e.id ? `#${e.id}` : ""} ${(e.textContent ?? "").trim().slice(0, 30)}`,
        hit: e.matches(wanted),
        // The little calendar inside a date has a ring of the browser's own.
        ring: !e.matches(":focus") || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none",
        covered: !top || !(e.contains(top) || top.contains(e) || label?.contains(top)),
      };
    }, selector);
    if (!at.name) continue;
    check(at.ring, `${page.url()}: the focus on ${at.name} is not seen`);
    check(!at.covered, `${page.url()}: something lies over ${at.name} while it has the focus`);
    if (at.hit) return;
  }
  check(false, `${page.url()}: ${selector} is not reached by keyboard`);
}

const type = async (page, selector, text) => {
  await to(page, selector);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
};
/** A day or an hour is typed part by part, in the order of the browser's own language. */
const parts = async (page, selector, wanted, orders) => {
  await to(page, selector);
  for (const typed of orders) {
    await page.keyboard.type(typed);
    if ((await page.inputValue(selector)) === wanted) return;
    for (let back = 0; back < 3; back += 1) await page.keyboard.press("ArrowLeft");
  }
  check(false, `${page.url()}: ${wanted} cannot be typed into ${selector}`);
};
const day = (page, selector, date) => {
  const [year, month, number] = date.split("-");
  return parts(page, selector, date, [`${number}${month}${year}`, `${month}${number}${year}`]);
};
const hour = (page, selector, time) => {
  const [hours, minutes] = time.split(":").map(Number);
  const two = (n) => String(n).padStart(2, "0");
  return parts(page, selector, time, [`${two(hours)}${two(minutes)}`, `${two(hours % 12 || 12)}${two(minutes)}${hours < 12 ? "AM" : "PM"}`]);
};
const press = async (page, selector) => {
  await to(page, selector);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
};
const main = (page) => page.innerText("main");
const send = "main form.form > .actions button[type=submit]";

async function journey(options, tag, day0) {
  const say = (what) => `${what} (${tag})`;
  // A coordinator makes a session.
  const { page: team } = await visitor(browser, options);
  await join(team, `Dominique ${tag}`, `touches-${tag}@exemple.test`, "coordinator");
  await press(team, 'a[href="/equipe/seances/nouvelle"]');
  await to(team, "#kind");
  await team.keyboard.press("ArrowDown");
  await type(team, "#title", "Séance au clavier");
  await type(team, "#audience", "Équipes éducatives");
  await to(team, "#departement");
  await team.keyboard.type("35");
  await type(team, "#place", "Rennes");
  await type(team, "#address", "salle interne");
  await day(team, "#date", inDays(day0));
  await hour(team, "#time", "14:00");
  await type(team, "#minutes", "90");
  await type(team, "#capacity", "4");
  await to(team, "input[name=trainers]:checked");
  await team.keyboard.press("Space");
  await team.keyboard.press("Space");
  await press(team, send);
  check((await main(team)).includes("La séance est créée"), say(`a session is made by keyboard: ${team.url()}`));
  if (process.env.SHOTS) await team.screenshot({ path: `${process.env.SHOTS}/keys-session-${tag}.png`, fullPage: true });
  check((await main(team)).includes(`Dominique ${tag}`), say("with its trainer"));
  const id = team.url().match(/seances\/([^/?]+)/)[1];

  // A group registers, confirms, gives its names.
  const { page } = await visitor(browser, options);
  await page.goto(`${base}/calendrier/${id}/`);
  await press(page, 'main a.btn[href$="/inscription"]');
  await press(page, send);
  // Mistakes are summed up, each with the way to its field.
  await to(page, 'main a[href="#email"]');
  await page.keyboard.press("Enter");
  check(await page.evaluate(() => document.activeElement?.id === "email"), say("a mistake leads to its field"));
  await page.goto(`${base}/calendrier/${id}/inscription`);
  await type(page, "#name", "Camille Clavier");
  await type(page, "#email", `groupe-${tag}@exemple.test`);
  await type(page, "#organisation", "MECS Les Tilleuls");
  await to(page, "#departement");
  await page.keyboard.type("29");
  await type(page, "#seats", "2");
  await press(page, send);
  check(page.url().includes("recue"), say(`a group registers by keyboard: ${page.url()}`));
  await page.goto(base + (await mail(`groupe-${tag}@exemple.test`, /\/calendrier\/confirmer\/[a-f0-9]{64}/))[0]);
  await press(page, "main form button[type=submit]");
  check((await main(page)).includes("confirmée"), say("and confirms"));
  await page.goto(base + (await mail(`groupe-${tag}@exemple.test`, /\/calendrier\/gerer\/[a-f0-9]{64}/))[0]);
  await to(page, "[name=names]");
  await page.keyboard.type("Alix Un\nBo Deux");
  await press(page, "main form:has([name=names]) button[type=submit]");
  check((await page.inputValue("[name=names]")).includes("Bo Deux"), say("and gives its names"));
  if (options.javaScriptEnabled) await axeOn(page, "the page of a group with its names");

  // An institution asks; the coordinator proposes; the institution accepts.
  await page.goto(`${base}/calendrier/demande`);
  await type(page, "#organisation", `Collège ${tag}`);
  await to(page, "main form.form #departement");
  await page.keyboard.type("29");
  await type(page, "main form.form #name", "Sacha Leroy");
  await type(page, "main form.form #email", `sacha-${tag}@exemple.test`);
  await type(page, "#audience", "équipe");
  await type(page, "#headcount", "12");
  await type(page, "#need", "Repérer.");
  await press(page, send);
  check(page.url().endsWith("/recue"), say(`a request is sent by keyboard: ${page.url()}`));
  await team.goto(`${base}/equipe/demandes`);
  const link = await team.locator(`section:has-text("Collège ${tag}") a.btn`).getAttribute("href");
  await press(team, `a[href="${link}"]`);
  await type(team, "#title", "Séance proposée au clavier");
  await type(team, "#place", "Brest");
  await day(team, "#date", inDays(day0 + 15));
  await hour(team, "#time", "09:30");
  await type(team, "#minutes", "60");
  await type(team, "#capacity", "12");
  await type(team, "#answer", "Cela vous irait-il ?");
  await press(team, "button[name=what][value=proposer]");
  if (process.env.SHOTS) await team.screenshot({ path: `${process.env.SHOTS}/keys-proposal-${tag}.png`, fullPage: true });
  check((await main(team)).includes("La proposition est envoyée"), say(`a date is proposed by keyboard: ${team.url()}`));
  await page.goto(base + (await mail(`sacha-${tag}@exemple.test`, /\/calendrier\/demande\/[a-f0-9]{64}/))[0]);
  await press(page, "main form button[type=submit]");
  check((await main(page)).includes("Une séance est prévue pour vous"), say("and accepted by keyboard"));
  // Tables wider than the window scroll inside their frame: it is reached with Tab and moved with the arrows.
  await team.setViewportSize({ width: 320, height: 640 });
  for (const path of [`seances/${id}`, "demandes", "personnes", "messages", "agenda?tous=1", "journal", "chiffres", "compte"]) {
    await team.goto(`${base}/equipe/${path}`);
    const wide = await team.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(wide <= 0, say(`/equipe/${path} scrolls sideways by ${wide} px`));
    const frames = await team.evaluate(() => [...document.querySelectorAll("main .table-wrap")]
      .map((frame, at) => ((frame.dataset.at = at), frame.scrollWidth > frame.clientWidth ? at : -1)).filter((at) => at >= 0));
    for (const at of frames) {
      await to(team, `[data-at="${at}"]`);
      for (let press = 0; press < 3; press += 1) await team.keyboard.press("ArrowRight");
      // Asked from outside: where scripts are off, no frame of the page asks.
      let moved = false;
      for (let look = 0; look < 50 && !moved; look += 1) {
        moved = await team.evaluate((n) => document.querySelector(`[data-at="${n}"]`).scrollLeft > 0, at);
        if (!moved) await team.waitForTimeout(100);
      }
      check(moved, say(`/equipe/${path}: the table moves by keyboard`));
    }
    if (process.env.SHOTS) await team.screenshot({ path: `${process.env.SHOTS}/narrow-${tag}-${path.replace(/\W+/g, "-")}.png`, fullPage: true });
  }
  await team.context().close();
  await page.context().close();
}

await journey({ javaScriptEnabled: true, bypassCSP: true }, "bureau", 40);
await journey({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } }, "petit", 41);

await browser.close();
finish("keys");
