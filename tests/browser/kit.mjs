// What the browser tests share: one Chromium, checks that collect instead of stopping at the first failure.
import { chromium } from "playwright-core";

export const base = process.env.BASE ?? "http://127.0.0.1:8119";

const problems = [];
let checks = 0;

/** Counts a check; a false one is told at the end, and the others still run. */
export function check(good, what) {
  checks += 1;
  if (!good) {
    problems.push(what);
    console.error(`  FAILED ${what}`);
  }
}

/** Prints the count and leaves with the right status. */
export function finish(name) {
  console.log(`${name}: ${checks - problems.length} passed, ${problems.length} failed`);
  process.exit(problems.length === 0 ? 0 : 1);
}

/** A headless Chromium that asks nothing of the network by itself. */
export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
}

/** A new visitor: nothing stored, French, Paris; `foreign` collects requests to any other host. */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ locale: "fr-FR", timezoneId: "Europe/Paris", ...options });
  const page = await context.newPage();
  const foreign = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:", "about:"].includes(url.protocol) && url.origin !== base) foreign.push(request.url());
  });
  return { context, page, foreign };
}

/** What a visit left on the device: must be nothing for a visitor. */
export async function traces(context, page) {
  const cookies = await context.cookies();
  const stored = await page.evaluate(async () => {
    const databases = indexedDB.databases ? await indexedDB.databases() : [];
    return localStorage.length + sessionStorage.length + databases.length;
  });
  return cookies.length + stored;
}
