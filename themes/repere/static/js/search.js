// Search in the pages (a list that the build made) and in what the episodes say (an index in small files, of which a
// question fetches two or three). Nothing is fetched before a question, and nothing that is typed leaves the browser.
(() => {
  const form = document.getElementById("recherche");
  if (!form) return;
  const by = (id) => document.getElementById(id);
  form.hidden = false;
  // Words that came with the address were sent with it.
  by("prive").hidden = new URLSearchParams(location.search).has("q");
  const [field, list, count, heard] = ["q", "liste", "compte", "paroles"].map(by);
  const words = by("resultats").dataset;
  const SHOWN = 10;

  // A file of the build, fetched once; without it, nothing is found there.
  const files = new Map();
  const get = (url) => {
    if (!files.has(url)) {
      files.set(url, fetch(url).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null));
    }
    return files.get(url);
  };
  const said = (name) => get(`${words.said}${name}.json`);

  // Words without accents, capitals and the endings that the index names.
  let rules = { parts: [] }, endings = /^$/, small = new Set();
  const learn = async () => {
    rules = (await said("index")) ?? rules;
    endings = new RegExp(rules.endings ?? "^$");
    small = new Set((rules.small ?? "").split(" "));
  };
  const split = (text) => (text ?? "").normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/œ/gi, "oe").toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
  const root = (word) => word.replace(/^(.{3,})aux$/, "$1al").replace(/^(.{3,})[sx]$/, "$1").replace(endings, "$1").replace(/^(.{3,})(.)\2$/, "$1$2");
  const asked = () => {
    const all = [...new Set(split(field.value).filter((word) => word.length > 1))];
    const telling = all.filter((word) => !small.has(word));
    return telling.length ? telling : all;
  };
  // The last word may be unfinished while one types.
  const unfinished = (terms) => (/\s$/.test(field.value) || !(terms.at(-1)?.length > 2) ? null : terms.at(-1));

  // Pages: every term stands somewhere, a title weighs most.
  let prepared;
  const pages = async (terms) => {
    prepared ??= ((await get(words.index)) ?? []).map((page) => ({ page, parts: [page.title, page.description, page.body].map((text) => split(text).join(" ")) }));
    const score = (parts, term) => [8, 3, 1].reduce((sum, weight, i) => sum + (parts[i].includes(term) ? weight : 0), 0);
    return prepared
      .map(({ page, parts }) => ({ page, title: parts[0], marks: terms.map((term) => score(parts, root(term))) }))
      .filter((hit) => hit.marks.every((mark) => mark > 0))
      .map((hit) => ({ ...hit, total: hit.marks.reduce((a, b) => a + b, 0) }))
      .sort((a, b) => b.total - a.total || (a.title < b.title ? -1 : 1))
      .slice(0, 20);
  };

  // Places of a word: groups of episode, number of passages, passages, as differences in base 32.
  const DIGITS = "0123456789abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZwxyz_-";
  const read = (text) => {
    const places = [];
    let at = 0, episode = 0;
    const number = () => {
      let value = 0, shift = 0, digit;
      do {
        digit = DIGITS.indexOf(text[at]);
        at += 1;
        value += (digit & 31) * 2 ** shift;
        shift += 5;
      } while (digit > 31);
      return value;
    };
    while (at < text.length) {
      episode += number();
      let passage = 0;
      for (let left = number(); left > 0; left -= 1) places.push(episode * 65536 + (passage += number()));
    }
    return places;
  };
  const places = async (term, open) => {
    const wanted = root(term);
    const fits = (word) => word === wanted || (open && word.startsWith(term));
    const first = Math.max(0, rules.parts.findLastIndex((part) => part <= (open && term < wanted ? term : wanted)));
    const last = open ? rules.parts.findLastIndex((part) => part.startsWith(term)) : first;
    const names = rules.parts.map((_, i) => i).filter((i) => i >= first && i <= Math.max(first, Math.min(last, first + 2)));
    const parts = await Promise.all(names.map((i) => said(`mots-${i}`)));
    return new Set(parts.flatMap((part) => Object.entries(part ?? {}).filter(([word]) => fits(word)).flatMap(([, text]) => read(text))));
  };
  // The passages that hold most of the terms, newest episode first.
  const passages = async (terms) => {
    const marks = new Map();
    const open = unfinished(terms);
    for (const found of await Promise.all(terms.map((term) => places(term, term === open)))) {
      for (const place of found) marks.set(place, (marks.get(place) ?? 0) + 1);
    }
    const most = [...marks.values()].reduce((a, b) => Math.max(a, b), 0);
    if (!most || most * 2 < terms.length) return [0, []];
    const episode = (place) => Math.floor(place / 65536);
    const best = [...marks.keys()].filter((place) => marks.get(place) === most).sort((a, b) => episode(b) - episode(a) || a - b);
    const shown = best.slice(0, SHOWN).map(async (place) => ({ episode: await said(`e-${episode(place)}`), at: place % 65536 }));
    return [best.length, (await Promise.all(shown)).filter((one) => one.episode?.said[one.at])];
  };

  const element = (name, ...within) => {
    const made = document.createElement(name);
    made.append(...within);
    return made;
  };
  const row = (href, title, ...about) => {
    const link = element("a", title);
    link.href = href;
    const heading = element("h3", link);
    heading.className = "card-title";
    return element("li", heading, ...about);
  };
  const page = ({ page }) => row(page.url || page.path, page.title, element("p", page.description || (page.body ?? "").slice(0, 160)));
  const clock = (second) => {
    const [h, m, s] = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
    const two = (number) => String(number).padStart(2, "0");
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  };
  const passage = (terms) => ({ episode, at }) => {
    const [wanted, open] = [new Set(terms.map(root)), unfinished(terms)];
    const [second, text, voice] = episode.said[at];
    const name = { trailer: words.trailer, bonus: words.bonus }[episode.type] || `${words.episode}\u00a0${episode.number ?? ""}`.trim();
    const fits = (part) => split(part).some((word) => wanted.has(root(word)) || (open && word.startsWith(open)));
    const parts = text.split(/([\p{L}\p{N}]+)/u).map((part, i) => (i % 2 && fits(part) ? element("mark", part) : part));
    const about = element("p", voice ? `${episode.title}, ${voice}` : episode.title);
    about.className = "card-meta";
    return row(`${episode.url}#t=${second}`, `${name}, ${clock(second)}`, element("p", "«\u00a0", ...parts, "\u00a0»"), about);
  };

  const many = (number, one, more) => (number ? [`${number}\u00a0${number > 1 ? more : one}`] : []);
  let question = 0, timer;
  const show = async () => {
    const mine = (question += 1);
    if (field.value.trim()) await learn();
    const terms = asked();
    const [hits, [all, best]] = terms.length ? await Promise.all([pages(terms), passages(terms)]) : [[], [0, []]];
    if (mine !== question) return;
    list.replaceChildren(...hits.map(page));
    heard.replaceChildren(...best.map(passage(terms)));
    list.parentElement.hidden = !hits.length;
    heard.parentElement.hidden = !best.length;
    const told = [...many(hits.length, words.one, words.many), ...many(all, words.saidOne, words.saidMany)];
    count.textContent = !terms.length ? "" : told.join(", ") + (all > best.length ? ` ${words.first}` : "") || words.none;
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); show(); });
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 150); });
  if (!field.value) field.value = new URLSearchParams(location.search).get("q") || "";
  if (field.value) show();
})();
