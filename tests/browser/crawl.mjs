// Every address the site links to answers; every fragment exists; nothing is fetched from another host.
// Reads HTML and CSS as text: what a visitor without a browser engine could follow.
import { base, check, finish } from "./kit.mjs";

const attribute = /\s(href|src|poster|srcset|action)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;
const seen = new Map(); // address without fragment → {status, ids}
const fragments = []; // [from, address, fragment]
const pictures = new Map(); // address of a picture → its size, from the head of the PNG
const queue = ["/", "/404-for-sure-missing/", "/podcast/feed.xml", "/sitemap.xml", "/robots.txt", "/calendrier.ics"];
const from = new Map(queue.map((address) => [address, "the start"]));
// Subresources: an address of another host here is a request a visitor would make.
const fetched = /<(?:script|img|iframe|audio|video|source|track|embed|link)\b[^>]*>/gi;

function decode(text) {
  return text.replaceAll("&amp;", "&").replaceAll("&#x2F;", "/").replaceAll("&#39;", "'").replaceAll("&quot;", '"');
}

while (queue.length > 0) {
  const address = queue.shift();
  if (seen.has(address)) continue;
  const answer = await fetch(base + address, { redirect: "follow" });
  const type = answer.headers.get("content-type") ?? "";
  const text = /text\/(html|css)|xml/.test(type) ? await answer.text() : (await answer.arrayBuffer(), "");
  const ids = new Set([...text.matchAll(/\s(?:id|name)\s*=\s*"([^"]*)"/g)].map((m) => decode(m[1])));
  seen.set(address, { status: answer.status, ids, type });
  if (address === "/404-for-sure-missing/") {
    check(answer.status === 404, "an unknown page answers 404");
    check(text.includes("119"), "the 404 page leads to help");
    continue;
  }
  check(answer.status === 200, `${address} answers ${answer.status} (linked from ${from.get(address)})`);
  if (!type.includes("html")) continue;

  for (const tag of text.matchAll(fetched)) {
    if (/^<link/i.test(tag[0]) && !/rel="?(stylesheet|icon|preload|manifest)/i.test(tag[0])) continue;
    for (const m of tag[0].matchAll(attribute)) {
      const url = new URL(decode(m[2] ?? m[3]), base + address);
      check(url.protocol === "data:" || url.origin === base, `${address} fetches ${url} from another host`);
    }
  }
  // The picture that goes with a link: ours, as large as the page says, said in words; none for the pages of teenagers.
  const meta = (name) => decode(text.match(new RegExp(`<meta property="${name}" content="([^"]*)"`))?.[1] ?? "");
  const shared = meta("og:image");
  if (address.startsWith("/ados/")) check(shared === "", `${address} shows a picture where its link is passed on`);
  if (shared) {
    check(shared.startsWith(`${base}/`), `${address} is shown with ${shared}, of another host`);
    if (!pictures.has(shared)) {
      const head = new DataView(await (await fetch(shared)).arrayBuffer());
      pictures.set(shared, head.byteLength > 24 ? `${head.getUint32(16)} × ${head.getUint32(20)}` : "nothing");
    }
    const said = `${meta("og:image:width")} × ${meta("og:image:height")}`;
    check(pictures.get(shared) === said, `${address} says its picture is ${said}, and it is ${pictures.get(shared)}`);
    check(meta("og:image:alt") !== "", `${address} does not say its picture in words`);
  }
  for (const m of text.matchAll(attribute)) {
    const raw = decode(m[2] ?? m[3]).trim();
    if (raw === "" || /^(tel|sms|mailto|data|webcal|javascript):/.test(raw)) {
      check(!raw.startsWith("javascript:"), `${address} holds a javascript: address`);
      continue;
    }
    const url = new URL(m[1].toLowerCase() === "srcset" ? raw.split(/\s/)[0] : raw, base + address);
    if (url.origin !== base) continue;
    const target = url.pathname + url.search;
    if (!from.has(target)) from.set(target, address);
    if (!seen.has(target)) queue.push(target);
    if (url.hash.length > 1) fragments.push([address, target, decodeURIComponent(url.hash.slice(1))]);
  }
}

for (const [address, target, fragment] of fragments) {
  const page = seen.get(target);
  if (page?.type.includes("html")) check(page.ids.has(fragment), `${address} links to ${target}#${fragment}, which is not there`);
}
for (const needed of ["/ados/", "/parents/", "/professionnels/", "/campagnes/", "/videos/", "/outils/", "/podcast/",
  "/presse/", "/bilan/", "/aide/", "/aide/quitter-vite/", "/recherche/", "/plan/", "/a-propos/", "/mentions-legales/",
  "/confidentialite/", "/accessibilite/", "/calendrier/", "/calendrier/demande"]) {
  check(seen.has(needed), `${needed} is linked from somewhere`);
}
check(pictures.size > 30, `most pages have a picture of their own (${pictures.size})`);
console.log(`${seen.size} addresses followed, ${pictures.size} pictures of links`);
finish("crawl");
