// feedsmith and podcast-partytime read in a feed that fills every tag (tests/sites/series, built by the program) the
// values that stand here; webvtt-parser reads the captions that were made of SubRip, plain text and JSON.
//
// usage: node podcast_tags.mjs FOLDER, the folder of the built site
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { parseFeed } from "feedsmith";
import partytime from "podcast-partytime";
import webvtt from "webvtt-parser";

const folder = process.argv[2];
const read = (path) => readFile(`${folder}/podcast/${path}`, "utf8");
const xml = await read("ecouter/feed.xml");
const parler = "https://exemple.fr/podcast/ecouter/parler/";
const camille = { img: "https://exemple.fr/podcast/ecouter/camille.png", href: "https://exemple.fr/camille" };
const licence = { display: "cc-by-sa-4.0", url: "https://creativecommons.org/licenses/by-sa/4.0/" };
const cover = (href, alt) => ({ href, alt, aspectRatio: "1/1", width: 1400, height: 1400, type: "image/png", purpose: "artwork" });
let values = 0;

function same(got, want, what) {
  assert.deepEqual(JSON.parse(JSON.stringify(got ?? null)), JSON.parse(JSON.stringify(want)), what);
  values += 1;
}

{
  const { feed } = parseFeed(xml);
  const { trailers, ...show } = feed.podcast;
  for (const [key, want] of Object.entries({
    locked: { value: true, owner: "podcast@exemple.fr" },
    fundings: [{ url: "https://exemple.fr/don", display: "Soutenir la série" }],
    persons: [
      { display: "Camille", role: "host", group: "cast", ...camille },
      { display: "Ada", role: "audio editor", group: "audio post-production" },
    ],
    locations: [{ display: "Lille", rel: "subject", geo: "geo:50.63,3.06", osm: "R58404", country: "FR" }],
    license: licence,
    guid: "9b024349-ccf0-5f69-a609-6b82873eab3c",
    medium: "course",
    images: [
      cover("https://exemple.fr/podcast/ecouter/couverture.png", "Un phare dans la nuit"),
      { href: "https://exemple.fr/podcast/ecouter/banniere.png", alt: "La mer", width: 120, height: 40, type: "image/png", purpose: "banner" },
    ],
    blocks: [{ value: true, id: "amazon" }, { value: true, id: "spotify" }],
    txts: [{ display: "true", purpose: "ai-content" }, { display: "a1b2c3", purpose: "applepodcastsverify" }],
    podroll: { remoteItems: [{ feedGuid: "917393e3-1b1e-5cef-ace4-edaa54e1f810", feedUrl: "https://mp3s.nashownotes.com/pc20rss.xml", title: "Une autre" }] },
    updateFrequency: { display: "Un épisode par mois", dtstart: "2026-01-06", rrule: "FREQ=MONTHLY;BYDAY=1TU" },
    publisher: { remoteItem: { feedGuid: "1b3a1d0c-4f1f-5d3e-9d0e-3a0f4f8b2c11", feedUrl: "https://exemple.fr/editeur.xml", medium: "publisher" } },
  })) same(show[key], want, `series: ${key}`);
  same(trailers.map(({ length, ...rest }) => [rest, length > 5000]), [[{
    display: "Bientôt", url: "https://exemple.fr/podcast/ecouter/annonce/annonce.mp3",
    pubDate: "Fri, 02 Jan 2026 08:00:00 +0100", type: "audio/mpeg", season: 1,
  }, true]], "series: trailers");
  const { title, podcast, itunes } = feed.items[0];
  same(title, "Parler, <écouter> & ]]> croire", "title with signs that have a meaning");
  same(itunes.image, `${parler}couverture.png`, "its own cover");
  for (const [key, want] of Object.entries({
    transcripts: [["transcription.vtt", "text/vtt"], ["transcription.srt", "application/x-subrip"], ["transcription.json", "application/json"], ["", "text/html"]]
      .map(([name, type]) => ({ url: parler + name, type, language: "fr-FR" })),
    chapters: { url: `${parler}chapters.json`, type: "application/json+chapters" },
    soundbites: [{ startTime: 2, duration: 15, display: "Je te crois" }],
    persons: [{ display: "Camille", role: "host", group: "cast", ...camille }, { display: "Noé", role: "guest", group: "cast" }],
    locations: [{ display: "Roubaix", rel: "creator", country: "FR" }],
    season: { number: 1, name: "Comprendre" },
    episode: { number: 1 },
    license: { display: "etalab-2.0", url: "https://www.etalab.gouv.fr/licence-ouverte-open-licence/" },
    images: [cover(`${parler}couverture.png`, "Deux chaises")],
    socialInteracts: [{ protocol: "disabled" }],
    txts: [{ display: "true", purpose: "ai-content" }, { display: "2026-03-01", purpose: "release" }, { display: "ok", purpose: "verify" }],
  })) same(podcast[key], want, `episode: ${key}`);
  same(podcast.alternateEnclosures.map(({ length, bitrate, integrity, ...rest }) => [rest, length > 0 && bitrate > 0, integrity.value.startsWith("sha384-")]), [
    [{ type: "audio/mpeg", title: "MP3", default: true, sources: [{ uri: `${parler}parler.mp3`, contentType: "audio/mpeg" }] }, true, true],
    [{ type: "audio/opus", lang: "fr", title: "En mots faciles", rel: "falc", sources: [{ uri: `${parler}facile.opus`, contentType: "audio/ogg" }] }, true, true],
  ], "episode: other forms");
  const second = parseFeed(await read("comprendre/feed.xml")).feed;
  same([second.itunes.block, second.itunes.complete, second.itunes.newFeedUrl], [true, true, "https://exemple.fr/podcast/comprendre/feed.xml"], "a second series");
  console.log(`feedsmith: ${values} values of every tag`);
}

// podcast-partytime takes `true` in txt for a switch and forgets it; it knows neither image nor updateFrequency.
{
  values = 0;
  const { items: [item], ...feed } = partytime.parseFeed(xml);
  for (const [got, want, what] of [
    [feed.locked, true, "locked"], [feed.podcastOwner, "podcast@exemple.fr", "owner of locked"],
    [feed.podcastFunding, [{ message: "Soutenir la série", url: "https://exemple.fr/don" }], "funding"],
    [feed.podcastPeople.map((p) => [p.name, p.role, p.group]), [["Camille", "Host", "Cast"], ["Ada", "Audio Editor", "Audio Post-Production"]], "people"],
    [feed.podcastLocation, { name: "Lille", osm: "R58404", geo: "geo:50.63,3.06" }, "place"],
    [feed.trailers.map((t) => [t.title, t.season]), [["Bientôt", 1]], "trailers"],
    [feed.license, { identifier: licence.display, url: licence.url }, "licence"], [feed.medium, "course", "medium"],
    [feed.podcastBlockedPlatforms, { amazon: true, spotify: true }, "blocked platforms"],
    [feed.podcastTxt[1], { value: "a1b2c3", purpose: "applepodcastsverify" }, "txt"],
    [feed.podroll[0].title, "Une autre", "podroll"], [feed.podcastPublisher.feedUrl, "https://exemple.fr/editeur.xml", "publisher"],
    [feed.podcastSeasons, { 1: { number: 1, name: "Comprendre" } }, "seasons"], [feed.itunesType, "serial", "type"],
    [item.podcastSoundbites, [{ duration: 15, startTime: 2, title: "Je te crois" }], "soundbites"],
    [item.podcastPeople.map((p) => p.name), ["Camille", "Noé"], "people of the episode"],
    [item.license.identifier, "etalab-2.0", "licence of the episode"],
    [item.alternativeEnclosures.map((a) => [a.type, a.rel ?? null, a.integrity.type]), [["audio/mpeg", null, "sri"], ["audio/opus", "falc", "sri"]], "other forms"],
    [item.podcastTxt.slice(1), [{ value: "2026-03-01", purpose: "release" }, { value: "ok", purpose: "verify" }], "txt of the episode"],
  ]) same(got, want, what);
  console.log(`podcast-partytime: ${values} values of every tag`);
}

{
  values = 0;
  for (const path of ["ecouter/parler", "ecouter/annonce", "comprendre/premier"]) {
    const { cues, errors } = new webvtt.WebVTTParser().parse(await read(`${path}/transcription.vtt`), "metadata");
    same(errors.map((e) => `${e.line}: ${e.message}`), [], `${path}: errors`);
    same(cues.length > 0 && cues.every((cue) => cue.text.startsWith("<v ")), true, `${path}: voices`);
  }
  console.log(`webvtt-parser: captions made of SubRip, text and JSON are valid`);
}
