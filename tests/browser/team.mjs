// What the journeys of staff share: invitations, the authenticator app, mails that were kept, axe-core.
import { createHmac } from "node:crypto";
import { execFileSync } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { base, check } from "./kit.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"];

/** No violation, and nothing wider than the window, on a phone and on a desk. */
export async function axeOn(page, where, widths = [320, 1280]) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    const found = await page.evaluate(async ([source, only]) => {
      if (!globalThis.axe) (0, eval)(source);
      const result = await globalThis.axe.run(document, { runOnly: only });
      return result.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")}`);
    }, [axe, rules]);
    check(found.length === 0, `${where} at ${width} px: axe-core finds ${found.join(" | ")}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(wide <= 0, `${where} scrolls sideways by ${wide} px at ${width} px`);
  }
  if (process.env.SHOTS) {
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      await page.screenshot({ path: `${process.env.SHOTS}/${where.replace(/[^a-z0-9]+/gi, "-")}-${width}.png`, fullPage: true });
    }
  }
}

/** The code an authenticator app shows (RFC 6238) `ahead` steps from now. */
export function code(secret, ahead = 0) {
  const bits = [...secret.replace(/\s/g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + ahead));
  const hash = createHmac("sha1", key).update(step).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, "0");
}

/** Sets up the app on the page that asks for it and goes on to the staff area; secret and recovery codes come back. */
export async function enrol(page) {
  const secret = (await page.locator("main code").first().innerText()).replace(/\s/g, "");
  await page.fill("[name=code]", code(secret));
  await page.click("main .form button[type=submit]");
  await page.waitForLoadState();
  const codes = await page.locator(".codes code").allInnerTexts();
  check(codes.length === 10, `ten recovery codes are shown, not ${codes.length}`);
  await page.click("main a.btn");
  await page.waitForURL(`${base}/equipe/`);
  return { secret, codes };
}

/** The link of an invitation, as the command on the machine prints it. */
export function invite(name, email, role) {
  const args = ["staff", "add", "--name", name, "--email", email, "--role", role, "--data", process.env.HOST_DATA, "--base-url", base];
  return execFileSync(process.env.REPERE ?? "target/release/repere", args, { encoding: "utf8" }).match(/http\S+/)[0];
}

export const password = "une phrase assez longue pour tenir";

/** Somebody invited chooses a password and sets up the app; the page is at the staff area. */
export async function join(page, name, email, role) {
  await page.goto(invite(name, email, role));
  await page.fill("[name=password]", password);
  await page.fill("[name=password_again]", password);
  await page.click("main form button[type=submit]");
  await page.waitForURL(`${base}/equipe/compte/code`);
  return enrol(page);
}

/** The texts of every mail kept so far, decoded, by recipient. */
export async function mails(to) {
  const folder = `${process.env.HOST_DATA}/mail`;
  const found = [];
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    if (!name.endsWith(".eml")) continue;
    const raw = await readFile(`${folder}/${name}`, "latin1");
    if (!new RegExp(`^To: .*${to}`, "mi").test(raw)) continue;
    const text = raw.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    const blocks = [...raw.matchAll(/\r?\n\r?\n((?:[A-Za-z0-9+/=]{4,}\r?\n?)+)/g)].map((m) => Buffer.from(m[1], "base64").toString("latin1"));
    found.push([text, ...blocks].join("\n"));
  }
  return found;
}

/** The first match in the newest mail to somebody, waited for. */
export async function mail(to, pattern) {
  for (let tries = 0; tries < 100; tries += 1) {
    for (const text of (await mails(to)).reverse()) {
      const found = text.match(pattern);
      if (found) return found;
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  check(false, `a mail to ${to} with ${pattern} (${(await mails(to)).length} mails)`);
  return [""];
}

/** A date so many days from now, as forms want it. */
export function inDays(days) {
  return new Date(Date.now() + days * 86400e3).toISOString().slice(0, 10);
}

/** Fills the form of a session. */
export async function fillSession(page, values) {
  const all = { title: "Comprendre et repérer", audience: "Équipes éducatives", place: "Rennes", address: "salle interne, 3e étage", time: "14:00", minutes: "90", capacity: "8", travel_before: "60", travel_after: "60", ...values };
  await page.selectOption("[name=departement]", all.departement ?? "35");
  for (const [name, value] of Object.entries(all)) {
    if (name !== "departement") await page.fill(`[name=${name}]`, value);
  }
}
