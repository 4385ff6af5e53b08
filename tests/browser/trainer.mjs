// A trainer's journey: invitation, password, authenticator app, sign-in in two steps, a session of their own, a time away,
// a move, a cancellation; and what is not theirs. With JavaScript, then without.
import { base, check, finish, launch, visitor } from "./kit.mjs";
import { axeOn, code, enrol, fillSession, inDays, invite, join, password } from "./team.mjs";

const browser = await launch();
const submit = "main form.form button[type=submit]";

async function journey(javaScriptEnabled, email, day) {
  const say = (what) => `${what} (${javaScriptEnabled ? "with" : "without"} JavaScript)`;
  const { context, page, foreign } = await visitor(browser, { javaScriptEnabled, bypassCSP: javaScriptEnabled });
  const axe = async (where) => javaScriptEnabled && axeOn(page, where);
  const text = () => page.innerText("main");

  await page.goto(invite("Lou Martin", email, "trainer"));
  await axe("the page of an invitation");
  await page.fill("[name=password]", "motdepasse2026");
  await page.fill("[name=password_again]", "motdepasse2026");
  await page.click(submit);
  check((await text()).includes("trop facile"), say("a common password is refused in words"));
  await page.fill("[name=password]", password);
  await page.fill("[name=password_again]", password);
  await page.click(submit);
  await page.waitForURL(`${base}/equipe/compte/code`);
  check((await page.locator("main svg[role=img]").count()) === 1, say("the key is shown as a drawing"));
  await page.goto(`${base}/equipe/`);
  check(page.url() === `${base}/equipe/compte/code`, say("a password alone opens nothing"));
  await axe("the authenticator page");
  const { secret, codes } = await enrol(page);
  await axe("a trainer's overview");

  // Out, and in again: the password, then the next code of the app.
  await page.click("nav form button[type=submit]");
  await page.waitForURL(/connexion/);
  await axe("the sign-in page");
  await page.fill("[name=email]", email);
  await page.fill("[name=password]", password);
  await page.click(submit);
  await axe("the page of the code");
  await page.fill("[name=code]", "000000");
  await page.click(submit);
  check((await text()).includes("ne convient pas"), say("a wrong code is told"));
  await axe("the page of the code with its mistake");
  await page.fill("[name=code]", code(secret, 1));
  await page.click(submit);
  if (page.url() !== `${base}/equipe/`) {
    // A step of thirty seconds went by meanwhile: a recovery code does.
    await page.fill("[name=code]", codes[0]);
    await page.click(submit);
  }
  check(page.url() === `${base}/equipe/`, say("password and code open the staff area"));

  for (const path of ["/equipe/personnes", "/equipe/demandes", "/equipe/messages"]) {
    const answer = await page.goto(base + path);
    check(answer.status() === 403, say(`${path} is not a trainer's`));
  }
  await axe("the page for what is not yours");

  await page.goto(`${base}/equipe/seances/nouvelle`);
  await fillSession(page, { date: inDays(day), title: "Séance de Lou" });
  await page.click("main form.form > .actions button[type=submit]");
  check((await text()).includes("La séance est créée"), say("a session is made"));
  const session = page.url().split("?")[0];
  await axe("a trainer's session");

  await page.goto(`${base}/equipe/agenda`);
  check((await text()).includes("Séance de Lou"), say("the agenda shows it"));
  await axe("the agenda");
  await page.fill("[name=from]", inDays(day));
  await page.fill("[name=to]", inDays(day));
  await page.click(submit);
  check((await text()).includes("déjà confiée"), say("nobody is away while they run a session"));
  await axe("the agenda with its refusal");
  await page.fill("[name=from]", inDays(day + 1));
  await page.fill("[name=to]", inDays(day + 1));
  await page.click(submit);
  check((await text()).includes("C’est noté"), say("a time away is noted"));

  await page.goto(`${session}/modifier`);
  await page.fill("[name=date]", inDays(day + 1));
  await page.click("main form.form > .actions button[type=submit]");
  check((await text()).includes("n’est pas disponible"), say("a session does not move into it"));
  await page.fill("[name=date]", inDays(day + 2));
  await page.click("main form.form > .actions button[type=submit]");
  check((await text()).includes("La séance est modifiée"), say("it moves to another day"));

  await page.goto(`${base}/equipe/agenda`);
  await page.click("td form button");
  check((await text()).includes("de nouveau disponible"), say("the time away is taken back"));
  await page.click("button[name=action][value=lien]");
  const link = await page.innerText("main code");
  check((await (await fetch(link)).text()).includes("Séance de Lou"), say("one's own calendar has it"));
  await page.goto(`${base}/equipe/agenda`);
  await page.click("button[name=action][value=fin]");
  check((await fetch(link)).status === 410, say("and ends when one says so"));

  await page.goto(session);
  await page.click("details:has(form) summary");
  await page.click("details:has(form) button[type=submit]");
  check((await text()).includes("La séance est annulée"), say("it is cancelled"));

  await page.goto(`${base}/equipe/compte`);
  await axe("the account page");
  check(foreign.length === 0, say("no request to another host"));
  await context.close();
}

await journey(true, "lou@exemple.test", 90);
await journey(false, "maxence@exemple.test", 100);

// By keyboard alone: a coordinator reaches and sends the form of an invitation.
const { page, context } = await visitor(browser, { bypassCSP: true });
await join(page, "Dominique Clavier", "clavier@exemple.test", "coordinator");
await page.goto(`${base}/equipe/personnes`);
await axeOn(page, "the people page");
await page.focus("#name");
await page.keyboard.type("Nadia Test");
await page.keyboard.press("Tab");
await page.keyboard.type("nadia@exemple.test");
await page.keyboard.press("Tab");
await page.keyboard.press("Tab");
await page.keyboard.press("Enter");
const ready = page.locator("main", { hasText: "L’invitation est prête" });
check(await ready.waitFor({ timeout: 15000 }).then(() => true, () => false), "an invitation is sent by keyboard alone");
await context.close();
await browser.close();
finish("trainer");
