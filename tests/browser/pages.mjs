// The pages in a real browser: axe-core at two widths and in both colour schemes, no request to another host, no trace
// on the device, no sideways scrolling at 320 px, the weight of a text page, the help block without style or script.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { base, check, finish, launch, traces, visitor } from "./kit.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"];
const browser = await launch();

const sitemap = await (await fetch(`${base}/sitemap.xml`)).text();
const all = [...sitemap.matchAll(/<loc>([^<]+)<\/loc>/g)].map((m) => new URL(m[1]).pathname);
const pages = [...new Set([...all, "/calendrier/", "/calendrier/demande", "/equipe/connexion"])].sort();
check(all.length > 30, `the sitemap lists the site's pages (${all.length})`);

async function axeOn(page, where) {
  const result = await page.evaluate(async ([source, values]) => {
    if (!globalThis.axe) (0, eval)(source);
    const found = await globalThis.axe.run(document, { runOnly: { type: "tag", values } });
    return found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")}`);
  }, [axe, tags]);
  check(result.length === 0, `${where}: axe-core finds ${result.join(" | ")}`);
}

for (const [width, colorScheme] of [[360, "light"], [1280, "dark"]]) {
  // The page's own policy forbids eval; only the test's tool needs it.
  const { context, page, foreign } = await visitor(browser, { viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
  for (const address of pages) {
    const answer = await page.goto(base + address, { waitUntil: "load" });
    check(answer?.status() === 200, `${address} answers ${answer?.status()}`);
    await axeOn(page, `${address} at ${width} px, ${colorScheme}`);
    check((await page.locator("h1").count()) === 1, `${address} has one h1`);
    check((await page.locator("a[href='tel:119']").count()) > 0, `${address} gives the 119 in one tap`);
  }
  check(foreign.length === 0, `no request to another host (${foreign.slice(0, 3).join(", ")})`);
  check((await traces(context, page)) === 0, "no cookie and no storage for a visitor");
  await context.close();
}

{
  const { context, page } = await visitor(browser, { viewport: { width: 320, height: 640 } });
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  let bytes = 0;
  session.on("Network.loadingFinished", (event) => { bytes += event.encodedDataLength; });
  const errors = [];
  page.on("console", (message) => { if (message.type() === "error") errors.push(message.text()); });
  page.on("pageerror", (error) => errors.push(String(error)));
  for (const address of pages) {
    bytes = 0;
    errors.length = 0;
    await page.goto(base + address, { waitUntil: "networkidle" });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(wide <= 0, `${address} scrolls sideways by ${wide} px at 320 px`);
    check(bytes < 50 * 1024, `${address} weighs ${Math.round(bytes / 1024)} KB with everything, more than 50`);
    check(errors.length === 0, `${address} writes to the console: ${errors.join(" | ")}`);
  }
  await context.close();
}

{
  const { context, page } = await visitor(browser, { javaScriptEnabled: false, viewport: { width: 360, height: 800 } });
  for (const address of ["/", "/ados/", "/parents/", "/calendrier/", "/recherche/", "/podcast/"]) {
    await page.goto(base + address);
    check(await page.locator("a[href='tel:119']").first().isVisible(), `${address} shows the 119 without JavaScript`);
  }
  await context.close();
}

await browser.close();
finish("pages");
