// Search in the index that the build made (`window.searchIndex`, a list of pages). Nothing leaves the browser.
(() => {
  const form = document.getElementById("recherche");
  const index = window.searchIndex;
  if (!form || !Array.isArray(index)) return;
  form.hidden = false;
  const field = document.getElementById("q");
  const list = document.getElementById("liste");
  const count = document.getElementById("compte");
  const words = document.getElementById("resultats").dataset;
  const plain = (text) => (text || "").normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/œ/g, "oe").replace(/[’']/g, " ").toLowerCase();
  const pages = index.map((page) => ({ page, title: plain(page.title), about: plain(page.description), body: plain(page.body) }));

  const score = (entry, term) =>
    (entry.title.includes(term) ? 8 : 0) + (entry.about.includes(term) ? 3 : 0) + (entry.body.includes(term) ? 1 : 0);

  const found = (terms) => pages
    .map((entry) => ({ page: entry.page, marks: terms.map((term) => score(entry, term)) }))
    .filter((hit) => hit.marks.every((mark) => mark > 0))
    .map((hit) => ({ page: hit.page, total: hit.marks.reduce((a, b) => a + b, 0) }))
    .sort((a, b) => b.total - a.total || a.page.title.localeCompare(b.page.title, "fr"))
    .slice(0, 20);

  const row = (page) => {
    const item = document.createElement("li");
    const title = document.createElement("h2");
    const link = document.createElement("a");
    title.className = "card-title";
    link.href = page.url || page.path;
    link.textContent = page.title;
    title.append(link);
    item.append(title);
    const about = document.createElement("p");
    about.textContent = page.description || (page.body || "").slice(0, 160);
    item.append(about);
    return item;
  };

  const show = () => {
    const terms = plain(field.value).split(/\s+/).filter((term) => term.length > 1);
    const hits = terms.length ? found(terms) : [];
    list.replaceChildren(...hits.map((hit) => row(hit.page)));
    list.hidden = !hits.length;
    count.textContent = !terms.length ? "" : !hits.length ? words.none : `${hits.length} ${hits.length > 1 ? words.many : words.one}`;
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
  field.addEventListener("input", show);
  field.value = new URLSearchParams(location.search).get("q") || "";
  show();
})();
