// Searching in what the episodes say: nothing of it is fetched before a question, accents and endings do not matter, a
// result leads to the second and fetches no sound; nothing stays on the device, nothing typed is sent.
import { base, check, finish, launch, traces, visitor } from "./kit.mjs";

const browser = await launch();
const { context, page, foreign } = await visitor(browser, { viewport: { width: 360, height: 740 } });
const asked = [];
page.on("request", (request) => asked.push(request.url()));
const session = await context.newCDPSession(page);
await session.send("Network.enable");
let bytes = 0;
session.on("Network.loadingFinished", (event) => { bytes += event.encodedDataLength; });
const ask = async (question) => {
  await page.fill("#q", "");
  await page.waitForFunction(() => document.getElementById("compte").textContent === "");
  await page.fill("#q", question);
  await page.waitForFunction(() => document.getElementById("compte").textContent !== "");
  return page.locator("#paroles a").evaluateAll((all) => all.map((a) => [a.textContent, a.href, a.closest("li").querySelector("p").textContent]));
};

await page.goto(`${base}/recherche/`, { waitUntil: "networkidle" });
check(!asked.some((url) => /paroles|index/.test(url)), "no index is fetched before a question");
check(bytes < 50 * 1024, `the page weighs ${Math.round(bytes / 1024)} KB before a question`);

// The question is a sentence of the transcript, made plain and in other forms.
const part = async (name) => (await fetch(`${base}/podcast/paroles/${name}.json`)).json();
const episodes = [await part("e-0"), await part("e-1"), await part("e-2")];
const one = episodes.find((episode) => episode.number === 1);
check(episodes.every((e) => e.said.length > 3), "each episode has its passages");
check(one.said.every(([second], i) => i === 0 || second >= one.said[i - 1][0]), "passages are in the order of time");
const clock = (second) => `${Math.floor(second / 60)}:${String(second % 60).padStart(2, "0")}`;
const [second, text, voice] = one.said[Math.floor(one.said.length / 2)];
const telling = text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/œ/g, "oe").toLowerCase().split(/[^a-z0-9]+/).filter((w) => w.length > 3).slice(0, 6).join(" ");
const before = bytes;
const hits = await ask(telling.toUpperCase());
const cost = bytes - before;
check(cost < 80 * 1024, `a first question costs ${Math.round(cost / 1024)} KB, pages and words`);
console.log(`said: ${Math.round(cost / 1024)} KB for the first question`);
const wanted = `${base}${new URL(one.url).pathname}#t=${second}`;
const hit = hits.find(([, href]) => href === wanted);
check(hit, `« ${telling} » is found at ${second} s (${hits.map(([, href]) => href)})`);
check(hit?.[0] === `Épisode\u00a01, ${clock(second)}`, `the result says where (${hit?.[0]})`);
check(hit?.[2].includes(text), "the result shows the words");
check((await page.locator("#paroles .card-meta").first().textContent()).includes(voice), "the result says who speaks");
check(asked.filter((url) => url.includes("paroles/index.json")).length === 1, "the table of the index is fetched once");
check(new Set(asked).size === asked.length, "no file is fetched twice");

const forms = [await ask("inquiet "), await ask("Inquiète "), await ask("inquiets ")];
check(forms[0].length > 0 && forms.every((f) => JSON.stringify(f.map((r) => r[1])) === JSON.stringify(forms[0].map((r) => r[1]))),
  `accents and endings do not matter (${forms.map((f) => f.length)})`);
check((await ask("xylophone zébré")).length === 0, "what nobody says is not found");
check((await page.locator("#compte").textContent()).length > 20, "finding nothing is told");
check((await ask("<img src=x onerror=alert(1)>")).length === 0 && (await page.locator("img[src='x']").count()) === 0, "a question is text");
check(asked.every((url) => !/inqui|xylo|onerror/i.test(url)), "nothing that is typed is sent");

await ask(telling);
await page.locator(`#paroles a[href='${wanted}']`).click();
await page.waitForURL(wanted);
await page.waitForTimeout(400);
check((await page.evaluate(() => document.querySelector("audio").currentTime)) === second, "the result cues the player at the second");
check(!asked.some((url) => url.endsWith(".mp3")), "no sound is fetched before play");
check(foreign.length === 0 && (await traces(context, page)) === 0, "no other host, nothing on the device");

// What is typed may be unfinished; once a space follows, it is a word.
await page.goto(`${base}/recherche/`);
check((await ask("inqui")).length > 0, "an unfinished word is found");
check((await ask("inqui ")).length === 0, "a word that nobody says is not found once it is finished");

// Without JavaScript, the host gives the same answers, keeps nothing and tells nothing to the page's history of forms.
{
  const plain = await visitor(browser, { viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
  await plain.page.goto(`${base}/recherche/`);
  check(await plain.page.locator("#recherche").isVisible(), "the form is there without JavaScript");
  await plain.page.fill("#q", telling);
  const [answer] = await Promise.all([plain.page.waitForNavigation(), plain.page.keyboard.press("Enter")]);
  check(answer.headers()["cache-control"] === "no-store" && answer.headers()["x-robots-tag"] === "noindex", "an answer is not kept");
  const read = () => plain.page.locator("#paroles h3 a").evaluateAll((all) => all.map((a) => [a.textContent.trim(), a.href]));
  for (const question of [telling, "inquiète ", "danger immédiat ", "le numéro 119 ", "comment parler avec un adolescent "]) {
    await plain.page.goto(`${base}/recherche/?q=${encodeURIComponent(question)}`);
    const host = await read();
    await page.goto(`${base}/recherche/`);
    const script = await ask(question.trim() === question ? `${question} ` : question);
    check(JSON.stringify(host) === JSON.stringify(script.map(([title, href]) => [title, href])), `host and script answer « ${question} » alike (${host.length}, ${script.length})`);
    const count = await page.locator("#compte").textContent();
    check((await plain.page.locator("#compte").textContent()).trim() === count.trim(), `and count alike (${count})`);
    const pages = (it) => it.locator("#liste h3 a").evaluateAll((all) => all.map((a) => a.href));
    check(JSON.stringify(await pages(plain.page)) === JSON.stringify(await pages(page)), `and find the same pages for « ${question} »`);
  }
  await plain.page.goto(`${base}/recherche/?q=${encodeURIComponent(telling)}`);
  const listen = await plain.page.locator("#paroles .card-meta a").first().getAttribute("href");
  check(/\.mp3#t=\d+$/.test(listen), `a result plays without JavaScript (${listen})`);
  await plain.page.goto(`${base}/recherche/?q=${encodeURIComponent("<script>alert(1)</script>\"'")}`);
  check((await plain.page.locator("#resultats script, #q[onfocus]").count()) === 0, "a question is text for the host too");
  check((await plain.page.inputValue("#q")).includes("<script>"), "and is given back as it was");
  check(plain.foreign.length === 0 && (await plain.context.cookies()).length === 0, "no other host, no cookie without JavaScript");
  if (process.env.SHOTS) {
    await plain.page.goto(`${base}/recherche/?q=danger`);
    await plain.page.screenshot({ path: `${process.env.SHOTS}/said-noscript.png`, fullPage: true });
  }
  await plain.context.close();
}
if (process.env.SHOTS) {
  await page.goto(`${base}/recherche/`);
  await ask("danger");
  await page.screenshot({ path: `${process.env.SHOTS}/said.png`, fullPage: true });
}
await context.close();
await browser.close();
finish("said");
