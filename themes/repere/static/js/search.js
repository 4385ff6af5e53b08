// Search in the index that the build made (a list of pages) and in what the episodes say: two files, fetched with the
// first question. Nothing that is typed leaves the browser.
(() => {
  const form = document.getElementById("recherche");
  if (!form) return;
  form.hidden = false;
  const field = document.getElementById("q");
  const list = document.getElementById("liste");
  const count = document.getElementById("compte");
  const heard = document.getElementById("paroles");
  const words = document.getElementById("resultats").dataset;

  // Words are compared without accents, capitals and the usual endings of French, in the question as in the texts.
  const plain = (text) => (text || "").normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/œ/gi, "oe").replace(/[’']/g, " ").toLowerCase();
  const endings = /^(.{4,}?)(?:issement|issante?|ation|ement|euse|eur|rice|aient|ante?|ive|if|ee|ez|er|ir|it|ent|ait|ai|e|i)$/;
  const root = (word) => word.replace(/^(.{3,})[sx]$/, "$1").replace(endings, "$1").replace(/^(.{3,})(.)\2$/, "$1$2");
  const small = new Set("le la les de des du un une et en au aux ce ces sa se son ses que qui on il elle".split(" "));
  const asked = () => {
    const all = plain(field.value).split(/[^a-z0-9]+/).filter((term) => term.length > 1);
    const telling = all.filter((term) => !small.has(term));
    return telling.length ? telling : all;
  };

  // A file of the build, fetched once; without it, nothing is found there.
  const once = (url, prepare) => {
    let list;
    return () => (list ??= fetch(url).then((answer) => (answer.ok ? answer.json() : [])).catch(() => []).then((all) => all.flatMap(prepare)));
  };
  const pages = once(words.index, (page) =>
    ({ page, title: plain(page.title), about: plain(page.description), body: plain(page.body) }));
  const score = (entry, term) =>
    (entry.title.includes(term) ? 8 : 0) + (entry.about.includes(term) ? 3 : 0) + (entry.body.includes(term) ? 1 : 0);
  const found = async (terms) => (await pages())
    .map((entry) => ({ page: entry.page, marks: terms.map((term) => score(entry, root(term))) }))
    .filter((hit) => hit.marks.every((mark) => mark > 0))
    .map((hit) => ({ page: hit.page, total: hit.marks.reduce((a, b) => a + b, 0) }))
    .sort((a, b) => b.total - a.total || a.page.title.localeCompare(b.page.title, "fr"))
    .slice(0, 20);

  // Passages of the episodes: every word of the question is in them; the word being typed may be unfinished.
  const passages = once(words.said, (episode) => episode.said.map(([second, text]) =>
    ({ episode, second, text, roots: plain(text).split(/[^a-z0-9]+/).filter(Boolean).map((word) => [word, root(word)]) })));
  const tests = (terms) => terms.map((term, i) => {
    const wanted = root(term);
    const unfinished = i === terms.length - 1 && term.length > 2 && !/\s$/.test(field.value);
    return ([word, its]) => its === wanted || (unfinished && word.startsWith(term));
  });
  const said = async (terms) => {
    const wanted = tests(terms);
    return (await passages()).filter((passage) => wanted.every((test) => passage.roots.some(test))).slice(0, 10);
  };

  const element = (name, text, within = []) => {
    const made = document.createElement(name);
    made.append(...(text ? [text] : within));
    return made;
  };
  const row = (href, title, ...about) => {
    const link = element("a", title);
    link.href = href;
    const heading = element("h3", "", [link]);
    heading.className = "card-title";
    return element("li", "", [heading, ...about]);
  };
  const page = (hit) => row(hit.page.url || hit.page.path, hit.page.title, element("p", hit.page.description || (hit.page.body || "").slice(0, 160)));
  const passage = (terms) => ({ episode, second, text }) => {
    const wanted = tests(terms);
    const name = { trailer: words.trailer, bonus: words.bonus }[episode.type] || `${words.episode}\u00a0${episode.number ?? ""}`.trim();
    const parts = text.split(/([\p{L}\p{N}]+)/u).map((part, i) => {
      const word = plain(part);
      return i % 2 && wanted.some((test) => test([word, root(word)])) ? element("mark", part) : part;
    });
    return row(`${episode.url}#t=${second}`, `${name}, ${Math.floor(second / 60)}\u00a0min\u00a0${second % 60}\u00a0s`,
      element("p", "", ["«\u00a0", ...parts, "\u00a0»"]), element("p", episode.title));
  };

  const many = (number, one, more) => (number ? [`${number}\u00a0${number > 1 ? more : one}`] : []);
  let question = 0;
  const show = async () => {
    const mine = (question += 1);
    const terms = asked();
    const [hits, heardIn] = terms.length ? await Promise.all([found(terms), said(terms)]) : [[], []];
    if (mine !== question) return;
    list.replaceChildren(...hits.map(page));
    heard.replaceChildren(...heardIn.map(passage(terms)));
    list.parentElement.hidden = !hits.length;
    heard.parentElement.hidden = !heardIn.length;
    const told = [...many(hits.length, words.one, words.many), ...many(heardIn.length, words.saidOne, words.saidMany)];
    count.textContent = !terms.length ? "" : told.join(", ") || words.none;
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
  field.addEventListener("input", show);
  field.value = new URLSearchParams(location.search).get("q") || "";
  show();
})();
