// The commands of an episode. Without this file the browser's own player does the work, and a time in the words plays the
// file from there. Nothing is fetched before play, nothing kept before the button that says so.
(() => {
  const media = document.querySelector(".player audio");
  const box = document.getElementById("commandes");
  if (!media || !box) return;
  const by = (id) => document.getElementById(id);
  const words = box.dataset;
  const here = location.pathname;
  const links = [...document.querySelectorAll("a[data-start]")];
  const start = (link) => Number(link.dataset.start);
  const chapters = links.filter((link) => link.closest(".listen-chapters"));
  const lines = links.filter((link) => link.closest(".transcript"));
  const length = () => (Number.isFinite(media.duration) ? media.duration : Number(words.seconds));
  const say = (text) => { by("ecoute-etat").textContent = text; };
  const parts = (seconds) => [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const clock = (seconds) => {
    const [h, m, s] = parts(seconds);
    const two = (number) => String(number).padStart(2, "0");
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  };
  const spoken = (seconds) => {
    const [h, m, s] = parts(seconds);
    return `${h ? `${h}\u00a0h\u00a0` : ""}${m}\u00a0min\u00a0${s}\u00a0s`;
  };

  // Before the first play, the browser keeps this moment and fetches nothing.
  const seek = (seconds) => {
    media.currentTime = Math.min(Math.max(0, seconds), Math.max(0, length() - 0.2));
    if (!media.readyState) place();
  };
  const cue = (seconds) => {
    seek(seconds);
    if (media.paused) say(`${words.ready} ${spoken(media.currentTime)}.`);
  };
  const jump = (seconds) => (media.readyState ? seek : cue)(media.currentTime + seconds);
  const near = (step) => {
    const next = chapters[chapters.indexOf(chapter) + step];
    if (next) seek(start(next));
  };
  const toggle = () => (media.paused ? media.play() : media.pause());
  for (const link of links) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      seek(start(link));
      media.play();
    });
  }
  for (const button of document.querySelectorAll("[data-jump]")) {
    button.addEventListener("click", () => jump(Number(button.dataset.jump)));
  }

  // Play and pause, here and in the bar that stays in view.
  const dock = by("rappel");
  const play = by("lecture");
  const again = dock.querySelector("[data-toggle]");
  for (const button of [play, again]) button.addEventListener("click", toggle);
  const state = () => {
    const name = media.paused ? play.dataset.play : play.dataset.pause;
    play.lastElementChild.textContent = again.textContent = name;
    box.classList.toggle("is-playing", !media.paused);
  };
  for (const event of ["play", "pause", "ended"]) media.addEventListener(event, state);
  let begun = false, away = false;
  const docked = () => { dock.hidden = !(begun && away); };
  new IntersectionObserver(([entry]) => { away = !entry.isIntersecting; docked(); }).observe(box);
  media.addEventListener("play", () => { begun = true; say(""); docked(); });
  media.addEventListener("error", () => {
    if (!media.error) return;
    media.controls = true;
    say(words.failed);
  });

  // The position as a wave to slide on.
  const slider = by("position");
  const heard = box.querySelector("clipPath rect");
  let sliding = false;
  const show = (seconds) => {
    const text = clock(seconds);
    by("instant").textContent = dock.querySelector("[data-clock]").textContent = text;
    slider.setAttribute("aria-valuetext", `${spoken(seconds)} ${words.of} ${spoken(length())}`);
    heard.setAttribute("width", String(length() ? (200 * seconds) / length() : 0));
  };
  slider.addEventListener("input", () => { sliding = true; show(Number(slider.value)); });
  slider.addEventListener("change", () => { sliding = false; (media.readyState ? seek : cue)(Number(slider.value)); });
  media.addEventListener("durationchange", () => { slider.max = String(Math.floor(length())); });

  // Keys, while the focus is in the player: letters elsewhere belong to the page.
  const keys = { k: toggle, j: () => jump(-15), l: () => jump(30), p: () => near(-1), s: () => near(1), m: () => mute.click() };
  const steps = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageDown: -30, PageUp: 30 };
  box.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || target.tagName === "SELECT") return;
    let act = keys[key.toLowerCase()];
    if (target === slider) act = key === " " ? toggle : key in steps ? () => jump(steps[key]) : act;
    if (!act) return;
    event.preventDefault();
    act();
  });

  const mute = by("muet");
  const pressed = (button, on) => button.setAttribute("aria-pressed", String(on));
  mute.addEventListener("click", () => { media.muted = !media.muted; });
  media.addEventListener("volumechange", () => pressed(mute, media.muted));
  by("vitesse").addEventListener("change", (event) => {
    media.defaultPlaybackRate = media.playbackRate = Number(event.target.value);
  });

  // The chapter and the words being heard.
  const last = (list) => list.findLast((link) => start(link) <= media.currentTime + 0.05);
  const seen = (element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  const follow = by("suivre");
  const following = () => follow.getAttribute("aria-pressed") === "true";
  follow.addEventListener("click", () => pressed(follow, !following()));
  let chapter, line;
  const mark = (before, now) => {
    before?.removeAttribute("aria-current");
    now?.setAttribute("aria-current", "true");
  };
  const place = () => {
    if (!sliding) {
      slider.value = String(Math.floor(media.currentTime));
      show(media.currentTime);
    }
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

  // The small file, from the same second on; asked for by the device's own setting, or here.
  const small = by("leger");
  const usual = media.getAttribute("src");
  const swap = () => {
    const [on, at, playing] = [small.getAttribute("aria-pressed") !== "true", media.currentTime, !media.paused];
    pressed(small, on);
    media.src = on ? small.dataset.url : usual;
    media.currentTime = at;
    if (playing) media.play();
  };
  small?.addEventListener("click", swap);
  if (small && navigator.connection?.saveData) swap();

  // A link to this second, and coming from one.
  by("lien").addEventListener("click", async () => {
    const link = `${location.origin}${here}#t=${Math.floor(media.currentTime)}`;
    try {
      await navigator.clipboard.writeText(link);
      say(`${words.copied} ${spoken(media.currentTime)}.`);
    } catch {
      say(link);
    }
  });
  const linked = () => {
    const wanted = /^#t=(\d+)$/.exec(location.hash);
    if (!wanted) return false;
    cue(Number(wanted[1]));
    box.scrollIntoView({ block: "center" });
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

  // What a locked screen or a headset shows: no title, no picture.
  const session = navigator.mediaSession;
  if (session) {
    media.addEventListener("play", () => { session.metadata = new MediaMetadata({ title: words.session }); });
    const acts = {
      seekbackward: () => jump(-15),
      seekforward: () => jump(30),
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

  // All is ready: our commands stand where the browser's stood.
  box.hidden = false;
  media.controls = false;
  show(0);
  if (!linked() && kept()[here]) cue(kept()[here]);
})();
