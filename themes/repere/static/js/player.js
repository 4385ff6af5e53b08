// A time in chapters or transcript starts the sound there (without this file, it leads to the words), and the commands of
// an episode. Nothing is fetched before play, nothing kept before the button that says so.
(() => {
  const media = document.querySelector("audio, video");
  if (!media) return;
  const links = [...document.querySelectorAll("a[data-start]")];
  const start = (link) => Number(link.dataset.start);
  // Before the first play, the browser keeps this moment and fetches nothing.
  const seek = (seconds) => { media.currentTime = Math.max(0, seconds); };
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      seek(start(link));
      media.play();
    });
  }

  const box = document.getElementById("commandes");
  if (!box) return;
  box.hidden = false;
  const words = box.dataset;
  const here = location.pathname;
  const by = (id) => document.getElementById(id);
  const say = (text) => { by("ecoute-etat").textContent = text; };
  const clock = (seconds) => `${Math.floor(seconds / 60)}\u00a0min\u00a0${Math.floor(seconds % 60)}\u00a0s`;

  for (const button of box.querySelectorAll("[data-jump]")) {
    button.addEventListener("click", () => {
      const to = media.currentTime + Number(button.dataset.jump);
      if (media.readyState) seek(to); else cue(to);
    });
  }
  by("vitesse").addEventListener("change", (event) => {
    media.defaultPlaybackRate = media.playbackRate = Number(event.target.value);
  });

  const chapters = links.filter((link) => link.closest(".chapters"));
  const lines = links.filter((link) => link.closest(".transcript"));
  const last = (list) => list.findLast((link) => start(link) <= media.currentTime + 0.05);
  const seen = (element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  const follow = by("suivre");
  const following = () => follow.getAttribute("aria-pressed") === "true";
  follow.addEventListener("click", () => follow.setAttribute("aria-pressed", String(!following())));
  let chapter, line;
  const mark = (before, now) => {
    before?.removeAttribute("aria-current");
    now?.setAttribute("aria-current", "true");
  };
  const place = () => {
    const [part, text] = [last(chapters), last(lines)];
    if (part !== chapter) {
      if (chapter && !media.paused && !media.seeking && stop === "chapitre") rest();
      mark(chapter, part);
      chapter = part;
    }
    if (text === line) return;
    // The page moves only under somebody who is reading there.
    const follows = line && seen(line.parentElement) && following() && !media.paused;
    mark(line, text);
    line = text;
    if (follows) text?.parentElement.scrollIntoView({ block: "center" });
  };

  // Stop later.
  let stop = "", timer;
  const sleep = by("arret");
  const rest = () => {
    media.pause();
    clearTimeout(timer);
    sleep.value = stop = "";
    say(words.stopped);
  };
  sleep.addEventListener("change", () => {
    clearTimeout(timer);
    stop = sleep.value;
    if (Number(stop)) timer = setTimeout(rest, Number(stop) * 60000);
  });

  // A link to this second, and coming from one.
  by("lien").addEventListener("click", async () => {
    const link = `${location.origin}${here}#t=${Math.floor(media.currentTime)}`;
    try {
      await navigator.clipboard.writeText(link);
      say(`${words.copied} ${clock(media.currentTime)}.`);
    } catch {
      say(link);
    }
  });
  const cue = (seconds) => {
    seek(seconds);
    place();
    say(`${words.ready} ${clock(media.currentTime)}.`);
  };
  const linked = () => {
    const wanted = /^#t=(\d+)$/.exec(location.hash);
    if (!wanted) return false;
    cue(Number(wanted[1]));
    media.scrollIntoView({ block: "center" });
    return true;
  };
  addEventListener("hashchange", linked);

  // The place kept when asked: one key, seconds by episode, no date.
  const KEY = "ecoute";
  const [keep, forget] = [by("retenir"), by("oublier")];
  const kept = () => {
    try { return Object(JSON.parse(localStorage.getItem(KEY))); } catch { return {}; }
  };
  const write = () => {
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...kept(), [here]: Math.floor(media.currentTime) }));
    } catch { /* a browser that keeps nothing */ }
  };
  const save = () => { if (here in kept()) write(); };
  const buttons = () => {
    keep.hidden = here in kept();
    forget.hidden = !Object.keys(kept()).length;
  };
  keep.addEventListener("click", () => {
    write();
    buttons();
    if (!keep.hidden) return;
    say(words.kept);
    forget.focus();
  });
  forget.addEventListener("click", () => {
    localStorage.removeItem(KEY);
    buttons();
    say(words.forgotten);
    keep.focus();
  });
  buttons();
  media.addEventListener("pause", save);
  let saved = 0;
  media.addEventListener("timeupdate", () => {
    place();
    if (Math.abs(media.currentTime - saved) < 5) return;
    saved = media.currentTime;
    save();
  });
  media.addEventListener("seeking", place);
  media.addEventListener("play", () => say(""));
  if (!linked() && kept()[here]) cue(kept()[here]);

  // What a locked screen or a headset shows: no title, no picture.
  const session = navigator.mediaSession;
  if (session) {
    media.addEventListener("play", () => { session.metadata = new MediaMetadata({ title: words.session }); });
    const near = (step) => {
      const next = chapters[chapters.indexOf(chapter) + step];
      if (next) seek(start(next));
    };
    const acts = {
      seekbackward: () => seek(media.currentTime - 15),
      seekforward: () => seek(media.currentTime + 30),
      previoustrack: () => near(-1),
      nexttrack: () => near(1),
      seekto: (details) => seek(details.seekTime),
    };
    for (const [name, act] of Object.entries(acts)) {
      try { session.setActionHandler(name, act); } catch { /* this browser has no such button */ }
    }
  }
  addEventListener("pagehide", () => {
    save();
    media.pause();
    if (session) session.metadata = null;
  });
})();
