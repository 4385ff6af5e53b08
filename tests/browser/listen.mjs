// Listening to an episode as measured behaviours: what is fetched before and after play, what stays on the device, the
// commands, the link to a second, the chapters, the words that follow, the exit that stops the sound.
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { base, check, finish, launch, traces, visitor } from "./kit.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await launch();
const feed = await (await fetch(`${base}/podcast/feed.xml`)).text();
const items = feed.split("<item>").slice(1);
const first = items.find((item) => item.includes("<itunes:episode>1</itunes:episode>"));
const address = new URL(/<link>([^<]+)</.exec(first)[1]).pathname;
const chapters = (await (await fetch(`${base}${address}chapters.json`)).json()).chapters;

/** A visitor whose requests for sound are written down. */
async function listener(options = {}) {
  const seen = await visitor(browser, { viewport: { width: 360, height: 740 }, ...options });
  const sounds = [];
  seen.page.on("request", (request) => {
    if (request.resourceType() === "media" || /\.(mp3|opus|m4a)$/.test(request.url())) sounds.push(request);
  });
  return { ...seen, sounds };
}
const time = (page) => page.evaluate(() => document.querySelector("audio").currentTime);
const paused = (page) => page.evaluate(() => document.querySelector("audio").paused);
const play = (page) => page.evaluate(() => document.querySelector("audio").play());
const state = (page) => page.locator("#ecoute-etat").textContent();
const jump = (page, seconds) => page.evaluate((to) => new Promise((done) => {
  const audio = document.querySelector("audio");
  audio.addEventListener("seeked", done, { once: true });
  audio.currentTime = to;
}), seconds);
const current = (page, where) => page.locator(`${where} a[aria-current]`).evaluateAll((all) => all.map((a) => Number(a.dataset.start)));
const spoken = (seconds) => `${Math.floor(seconds / 60)}\u00a0min\u00a0${Math.floor(seconds % 60)}\u00a0s`;
const length = Math.round(chapters.at(-1).endTime);
const settle = (page) => page.waitForTimeout(600);

// Before play: nothing of the sound, no other host, nothing kept. After: this host, by byte ranges.
{
  const { context, page, foreign, sounds } = await listener();
  const errors = [];
  page.on("console", (message) => { if (message.type() === "error") errors.push(message.text()); });
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(base + address, { waitUntil: "networkidle" });
  check(sounds.length === 0, `nothing of the sound is fetched before play (${sounds.length} requests)`);
  check(await page.locator("#commandes").isVisible(), "the commands are shown");
  check(!(await page.locator("audio").isVisible()), "they stand where the browser's player stood");
  check((await page.locator("#position").getAttribute("aria-valuetext")) === `0\u00a0min\u00a00\u00a0s sur ${spoken(length)}`, "the position is told in words");
  check(!(await page.locator("#rappel").isVisible()), "no bar below before play");
  check((await current(page, ".chapters")).length === 0, "no chapter is current before play");

  await page.locator(".chapters a").nth(2).click();
  await page.waitForFunction(() => document.querySelector("audio").currentTime > 0.2 && !document.querySelector("audio").paused);
  const at = await time(page);
  check(Math.abs(at - chapters[2].startTime) < 3, `a chapter plays from its start (${at}, ${chapters[2].startTime})`);
  await settle(page);
  check((await current(page, ".chapters")).join() === String(chapters[2].startTime), "the chapter being heard is current");
  const [line, ...more] = await current(page, ".transcript");
  const begun = await page.locator(".transcript a[data-start]").evaluateAll((all, now) => all.map((a) => Number(a.dataset.start)).filter((t) => t <= now), await time(page));
  check(more.length === 0 && line === begun.at(-1), `the last paragraph begun is current (${line}, ${begun.at(-1)})`);
  check(sounds.length > 0 && sounds.every((r) => new URL(r.url()).origin === base), "the sound comes from this host");
  const ranges = await Promise.all(sounds.map(async (r) => [(await r.allHeaders()).range, (await r.response())?.status()]));
  check(ranges.every(([range, status]) => range?.startsWith("bytes=") && status === 206), `byte ranges are asked for and answered (${ranges.join(" ")})`);

  const before = await time(page);
  await page.locator("#commandes [data-jump='30']").click();
  check((await time(page)) - before > 28, "forward jumps 30 seconds");
  await page.locator("#commandes [data-jump='-15']").click();
  const after = (await time(page)) - before;
  check(after > 13 && after < 20, `back jumps 15 seconds (${after})`);
  await page.locator(".listen summary").click();
  for (const speed of ["0.5", "3"]) {
    await page.selectOption("#vitesse", speed);
    check((await page.evaluate(() => document.querySelector("audio").playbackRate)) === Number(speed), `speed ${speed}`);
  }
  await page.selectOption("#vitesse", "1");

  await page.locator(".transcript a[data-start]").nth(1).click();
  const second = Number(await page.locator(".transcript a[data-start]").nth(1).getAttribute("data-start"));
  await settle(page);
  check(Math.abs((await time(page)) - second) < 3, "a time in the transcript plays from there");

  // A bar stays below while the player is out of sight, hides nothing that has the focus, and stops the sound.
  check(await page.locator("#rappel").isVisible(), "the bar is there while the player is out of sight");
  await page.locator(".transcript a[data-start]").last().focus();
  const free = await page.evaluate(() => {
    const focused = document.activeElement.getBoundingClientRect();
    return focused.bottom <= document.getElementById("rappel").getBoundingClientRect().top;
  });
  check(free, "what has the focus is not under the bar");
  await page.locator("#rappel [data-toggle]").click();
  check(await paused(page), "the bar stops the sound");
  await page.locator("#rappel [data-toggle]").click();
  check(!(await paused(page)), "and starts it again");

  // The words follow under somebody who reads them, and stay when asked to.
  await page.locator(".transcript a[aria-current]").scrollIntoViewIfNeeded();
  const text = await page.evaluate(() => scrollY);
  await jump(page, chapters[3].startTime + 1);
  await settle(page);
  check((await page.evaluate(() => scrollY)) > text, "the transcript follows the voice");
  const inView = await page.evaluate(() => {
    const box = document.querySelector(".transcript a[aria-current]").getBoundingClientRect();
    return box.top > 0 && box.bottom < innerHeight;
  });
  check(inView, "the paragraph being heard is in view");
  await page.locator("#suivre").click();
  check((await page.locator("#suivre").getAttribute("aria-pressed")) === "false", "following can be switched off");
  await page.locator(".transcript a[aria-current]").scrollIntoViewIfNeeded();
  const still = await page.evaluate(() => scrollY);
  await jump(page, 2.5);
  await settle(page);
  check((await page.evaluate(() => scrollY)) === still, "the page stays when following is switched off");
  await page.evaluate(() => scrollTo(0, 0));

  const session = await page.evaluate(() => navigator.mediaSession.metadata);
  const shown = await page.evaluate(() => {
    const { title, artist, album, artwork } = navigator.mediaSession.metadata;
    return [title, artist, album, artwork.length].join("|");
  });
  check(session && shown === "Podcast, épisode\u00a01|||0", `a locked screen shows no title (${shown})`);

  // The sound stops at the end of a chapter when that is asked, not when somebody jumps over it.
  await page.selectOption("#arret", "chapitre");
  await jump(page, chapters[1].startTime + 5);
  await settle(page);
  check(!(await paused(page)), "jumping to another chapter is not its end");
  await jump(page, chapters[2].startTime - 0.8);
  await page.waitForFunction(() => document.querySelector("audio").paused, null, { timeout: 8000 }).catch(() => {});
  check(await paused(page), "the sound stops at the end of the chapter");
  check((await state(page)).length > 0 && (await page.locator("#arret").inputValue()) === "", "the stop is told and spent");

  // To the very end, as somebody hears it.
  await jump(page, length - 2);
  await play(page);
  await page.waitForFunction(() => document.querySelector("audio").ended, null, { timeout: 8000 }).catch(() => {});
  check(await page.evaluate(() => document.querySelector("audio").ended), "the sound plays to its end");
  check((await page.locator("#lecture").textContent()).includes("Lecture"), "and can be played again");

  check((await traces(context, page)) === 0, "a whole listen leaves no cookie and no storage");
  check(foreign.length === 0, `no request to another host (${foreign.slice(0, 3).join(", ")})`);
  check(errors.length === 0, `nothing on the console (${errors.join(" | ")})`);
  await context.close();
}

// A stop after a time: the clock of the page is moved, not waited for.
{
  const { context, page } = await listener();
  await page.clock.install();
  await page.goto(base + address);
  await page.locator(".listen summary").click();
  await play(page);
  await page.selectOption("#arret", "15");
  await page.clock.runFor(14 * 60_000);
  check(!(await paused(page)), "the sound goes on for 14 minutes of 15");
  await page.clock.runFor(2 * 60_000);
  check(await paused(page), "the sound stops after 15 minutes");
  await context.close();
}

// A link to a second cues it, and fetches nothing.
{
  const { context, page, sounds } = await listener({ permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto(`${base}${address}#t=83`, { waitUntil: "networkidle" });
  check((await time(page)) === 83, `a link to a second cues it (${await time(page)})`);
  check(sounds.length === 0, "a link to a second fetches nothing before play");
  check(/1.min.23.s/.test(await state(page)), `the second is told (${await state(page)})`);
  const top = await page.evaluate(() => document.querySelector(".listen-bar").getBoundingClientRect().toJSON());
  check(top.top > 0 && top.bottom < 740, "the player is in view");
  await page.locator(".listen summary").click();
  await page.locator("#lien").click();
  await settle(page);
  check((await page.evaluate(() => navigator.clipboard.readText())) === `${base}${address}#t=83`, "the link to the second is copied");
  await play(page);
  await page.waitForFunction(() => document.querySelector("audio").currentTime > 83.2);
  check((await time(page)) < 90, "play begins at the second of the link");
  await page.evaluate(() => { location.hash = "#t=120"; });
  await page.waitForFunction(() => document.querySelector("audio").currentTime > 120);
  check(!(await paused(page)) && (await state(page)) === "", "a link to another second goes on playing, and asks for nothing");
  await context.close();
}

// The place is kept only on request, in one key without a date; "Oublier" leaves nothing.
{
  const { context, page, sounds } = await listener();
  await page.goto(`${base}${address}#t=120`);
  await play(page);
  await page.waitForFunction(() => document.querySelector("audio").currentTime > 120.3);
  check((await traces(context, page)) === 0, "nothing is kept before the button");
  check(!(await page.locator("#oublier").isVisible()), "there is nothing to forget yet");
  await page.locator(".listen summary").click();
  await page.locator("#retenir").click();
  const kept = await page.evaluate(() => Object.entries(localStorage));
  check(kept.length === 1 && JSON.stringify(Object.keys(JSON.parse(kept[0][1]))) === JSON.stringify([address]), `one key with the episode (${kept})`);
  check(Object.values(JSON.parse(kept[0][1])).every((v) => Number.isInteger(v) && v >= 120 && v < 140), "seconds, no date");
  check((await page.evaluate(() => document.activeElement.id)) === "oublier", "the focus goes to the button that undoes it");
  await page.evaluate(() => document.querySelector("audio").pause());
  sounds.length = 0;
  await page.goto("about:blank");
  await page.goto(base + address, { waitUntil: "networkidle" });
  check((await time(page)) >= 120 && sounds.length === 0, "the place is found again, nothing is fetched");
  await page.locator(".listen summary").click();
  await page.locator("#oublier").click();
  check((await traces(context, page)) === 0, "after Oublier nothing is left");
  await play(page);
  await page.waitForTimeout(1200);
  await page.evaluate(() => document.querySelector("audio").pause());
  await page.goto(base + address);
  check((await traces(context, page)) === 0 && (await time(page)) === 0, "after Oublier nothing is kept again");
  await context.close();
}

// The exit stops the sound before the other page is there, and with the keyboard too.
for (const way of ["button", "keys"]) {
  const { context, page } = await listener();
  await context.route((url) => url.origin !== base, (route) => route.fulfill({ status: 204 }));
  await page.goto(base + address);
  await play(page);
  await page.waitForFunction(() => document.querySelector("audio").currentTime > 0.2);
  if (way === "button") await page.locator("a.exit").click();
  else for (const key of ["Shift", "Shift", "Shift"]) await page.keyboard.press(key);
  await page.waitForTimeout(300);
  check(await paused(page), `leaving quickly stops the sound (${way})`);
  await context.close();
}

// By the keyboard alone: every command is reached in the order of the page and answers to its key.
{
  const { context, page, sounds } = await listener();
  await page.goto(base + address);
  await page.locator("#ecouter").focus();
  const reached = [];
  for (let i = 0; i < 40 && !reached.includes("retenir"); i += 1) {
    await page.keyboard.press("Tab");
    const it = await page.evaluate(() => { const a = document.activeElement; return a.id || a.dataset.jump || a.tagName; });
    if (it === "SUMMARY" && !reached.includes("SUMMARY")) await page.keyboard.press("Enter");
    if (it !== reached.at(-1)) reached.push(it);
  }
  const commands = reached.join(" ");
  check(commands === "lecture position -15 30 muet SUMMARY vitesse arret suivre lien retenir" || commands === "lecture position -15 30 muet SUMMARY vitesse arret suivre lien leger retenir", `the commands in order by Tab (${commands})`);
  await page.keyboard.press("Enter");
  check((await page.evaluate(() => localStorage.length)) === 1, "Enter presses a command");
  await page.locator("#oublier").click();

  await page.locator("#position").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("PageUp");
  check((await time(page)) === 35 && sounds.length === 0, `arrows move by 5 and 30 seconds and fetch nothing before play (${await time(page)})`);
  await page.keyboard.press("Home");
  check((await time(page)) === 0, "Home is the beginning");
  await page.keyboard.press(" ");
  await page.waitForFunction(() => !document.querySelector("audio").paused && document.querySelector("audio").currentTime > 0.1);
  check((await page.locator("#lecture").textContent()).includes("Pause"), "the button says what it does next");
  await page.keyboard.press("s");
  await settle(page);
  check(Math.abs((await time(page)) - chapters[1].startTime) < 3, "S is the next chapter");
  await page.keyboard.press("p");
  await settle(page);
  check((await time(page)) < 3, "P is the one before");
  await page.keyboard.press("l");
  await settle(page);
  check((await time(page)) > 29, "L is forward");
  await page.keyboard.press("j");
  await settle(page);
  check((await time(page)) < 20, "J is back");
  await page.keyboard.press("m");
  check((await page.evaluate(() => document.querySelector("audio").muted)) && (await page.locator("#muet").getAttribute("aria-pressed")) === "true", "M cuts the sound and says so");
  await page.keyboard.press("k");
  check(await paused(page), "K stops");
  await page.locator(".chapters a").first().focus();
  await page.keyboard.press("k");
  check(await paused(page), "letters are the page's own outside of the player");
  await page.locator("#lecture").focus();
  await page.keyboard.press("Enter");
  check(!(await paused(page)), "Enter on the button plays");
  await context.close();
}

// Sliding on the wave.
{
  const { context, page } = await listener();
  await page.goto(base + address);
  await page.locator("#position").scrollIntoViewIfNeeded();
  const box = await page.locator("#position").boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  const half = await time(page);
  check(Math.abs(half - length / 2) < length / 20, `a click in the middle cues the middle (${half} of ${length})`);
  const wave = await page.evaluate(() => Number(document.querySelector(".wave clipPath rect").getAttribute("width")));
  check(Math.abs(wave - 100) < 10, `the wave is drawn as heard to there (${wave})`);
  await context.close();
}

// Clean for axe-core with everything open, nothing wider than 320 px.
for (const [width, colorScheme] of [[320, "light"], [1280, "dark"]]) {
  const { context, page } = await listener({ viewport: { width, height: 720 }, colorScheme, bypassCSP: true });
  await page.goto(`${base}${address}#t=83`);
  await page.locator(".listen summary").click();
  const found = await page.evaluate(async (source) => {
    (0, eval)(source);
    const result = await globalThis.axe.run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"] } });
    return result.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")}`);
  }, axe);
  check(found.length === 0, `axe-core at ${width} px, ${colorScheme}: ${found.join(" | ")}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wide <= 0, `the page scrolls sideways by ${wide} px at ${width} px`);
  if (process.env.SHOTS) {
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: `${process.env.SHOTS}/listen-${width}.png`, fullPage: true, clip: { x: 0, y: 0, width, height: 2600 } });
  }
  await context.close();
}

// Without JavaScript: the browser's own player, the words whose times play, no command that would do nothing.
{
  const { context, page, sounds } = await listener({ javaScriptEnabled: false });
  await page.goto(base + address);
  check(await page.locator("audio[controls][preload='none']").isVisible(), "the player of the browser is there without JavaScript");
  check(!(await page.locator("#commandes").isVisible()) && !(await page.locator("#rappel").isVisible()), "no command is shown without JavaScript");
  check(await page.locator(".transcript").isVisible(), "the words are there without JavaScript");
  check(sounds.length === 0, "nothing of the sound is fetched without JavaScript");
  const times = await page.locator(".transcript a[data-start]").evaluateAll((all) => all.map((a) => [a.href, a.dataset.start]));
  check(times.length > 5 && times.every(([href, start]) => href.endsWith(`.mp3#t=${start}`)), "each time leads into the sound");
  await page.locator(".transcript a[data-start]").nth(2).click();
  await page.waitForURL(/\.mp3#t=/);
  await context.close();
  // The document of a sound has a player of the browser: it begins at the second of its address.
  const other = await listener();
  await other.page.goto(times[2][0]);
  await other.page.waitForFunction((from) => document.querySelector("video, audio")?.currentTime >= from, Number(times[2][1]), { timeout: 8000 }).catch(() => {});
  const at = await other.page.evaluate(() => document.querySelector("video, audio")?.currentTime);
  check(at >= Number(times[2][1]) && at < Number(times[2][1]) + 15, `and plays from there (${at}, ${times[2][1]})`);
  await other.context.close();
}

// On paper: the words, without commands, with the address of the page.
{
  const { context, page } = await listener();
  await page.goto(base + address);
  await page.emulateMedia({ media: "print" });
  for (const gone of ["#commandes", ".player", "#rappel", ".apps", ".exit"]) check(!(await page.locator(gone).first().isVisible()), `${gone} is not printed`);
  for (const there of [".transcript", ".qr", ".help"]) check(await page.locator(there).first().isVisible(), `${there} is printed`);
  await context.close();
}

// Subscribing: the applications' own schemes, the plain address, a code that a telephone reads, the list of series.
{
  const { context, page } = await listener();
  await page.goto(`${base}/podcast/`);
  const feed = `${base}/podcast/feed.xml`;
  const ways = await page.locator("#s-abonner .apps a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  const bare = feed.replace(/^https?:\/\//, "");
  check(ways.length >= 5 && ways.every((way) => decodeURIComponent(way).includes(bare)), `each button carries the feed (${ways})`);
  check(ways.every((way) => /^[a-z-]+:\/\//.test(way) && !/^https?:/.test(way)), "and opens the application, no other site");
  check((await page.locator("#s-abonner code").first().textContent()) === feed, "the plain address is there to copy");
  check((await (await fetch(await page.locator("#s-abonner a[download]").first().getAttribute("href"))).text()).includes("<opml"), "the list of series can be had");
  const modules = await page.evaluate(async () => {
    if (!("BarcodeDetector" in globalThis)) return null;
    const svg = new XMLSerializer().serializeToString(document.querySelector(".qr svg")).replace(/class="qr-paper"/, 'fill="#fff"');
    const image = new Image(400, 400);
    image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    await image.decode();
    const found = await new globalThis.BarcodeDetector({ formats: ["qr_code"] }).detect(image);
    return found[0]?.rawValue ?? "";
  });
  check(modules === null || modules === `${base}/podcast/#s-abonner`, `the code reads (${modules})`);
  await context.close();
}

await browser.close();
finish("listen");
