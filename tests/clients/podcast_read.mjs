// feedsmith, podcast-partytime (the parser of an index) and webvtt-parser read in the feed, in the chapters and in the
// transcripts what the sources say.
//
// usage: node podcast_read.mjs EXPECTED.json, with the packages of package.json installed
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseFeed } from "feedsmith";
import partytime from "podcast-partytime";
import webvtt from "webvtt-parser";

const expected = JSON.parse(await readFile(process.argv[2], "utf8"));
const xml = await (await fetch(expected.feed)).text();
let passed = 0, failed = 0;

function same(got, want, what) {
  try {
    assert.deepEqual(JSON.parse(JSON.stringify(got ?? null)), JSON.parse(JSON.stringify(want ?? null)));
    passed += 1;
  } catch {
    failed += 1;
    console.error(`  FAILED ${what}: ${JSON.stringify(got)}, the sources say ${JSON.stringify(want)}`);
  }
}
const seconds = (date) => new Date(date).toISOString().replace(".000Z", "Z");

function told(reader) {
  console.log(`${reader}: ${passed} values as the sources say, ${failed} not`);
  process.exitCode ||= failed ? 1 : 0;
  passed = failed = 0;
}

// feedsmith knows the most tags: each is asked for.
{
  const { format, feed } = parseFeed(xml);
  same(format, "rss", "format");
  for (const [got, want, what] of [
    [feed.title, expected.title, "title"], [feed.description, expected.description, "description"],
    [feed.link, expected.link, "link"], [feed.language, expected.language, "language"],
    [feed.copyright, expected.copyright, "copyright"], [feed.image.url, expected.image, "image"],
    [feed.itunes.image, expected.image, "itunes:image"], [feed.itunes.explicit, expected.explicit, "explicit"],
    [feed.itunes.author, expected.author, "author"], [feed.itunes.owner.name, expected.owner, "owner"],
    [feed.itunes.type, expected.kind, "type"], [feed.podcast.locked.value, expected.locked, "locked"],
    [feed.podcast.guid, expected.guid, "guid"], [feed.podcast.medium, "podcast", "medium"],
    [feed.podcast.license.display, expected.licence, "licence"],
    [feed.podcast.images.map((i) => [i.href, i.alt, i.purpose]), [[expected.image, expected.image_alt, "artwork"]], "images"],
    [feed.podcast.locations, [{ display: expected.location.name, rel: "subject", country: expected.location.country }], "places"],
    [feed.podcast.trailers.map((t) => [t.url, t.length]), expected.episodes.filter((e) => e.kind === "trailer").map((e) => [e.url, e.length]), "trailers"],
    [feed.podcast.txts, [{ display: String(expected.synthetic), purpose: "ai-content" }], "ai-content"],
    [feed.atom.links, [{ href: expected.feed, rel: "self", type: "application/rss+xml" }], "self"],
    [feed.itunes.categories.map((c) => [c.text, ...(c.categories ?? []).map((b) => b.text)]), expected.categories, "categories"],
    [feed.items.map((item) => item.guid.value), expected.episodes.map((e) => e.guid), "identifiers, newest first"],
  ]) same(got, want, `series, ${what}`);
  for (const [i, want] of expected.episodes.entries()) {
    const item = feed.items[i];
    const { podcast, itunes } = item;
    for (const [got, value, what] of [
      [item.title, want.title, "title"], [item.link, want.link, "link"], [seconds(item.pubDate), want.date, "date"],
      [item.guid, { value: want.guid, isPermaLink: false }, "guid"],
      [item.enclosures, [{ url: want.url, length: want.length, type: want.type }], "enclosure"],
      [itunes.duration, want.duration, "duration"], [itunes.explicit, want.explicit, "explicit"],
      [itunes.episode, want.number, "episode"], [itunes.season, want.season, "season"],
      [itunes.episodeType, want.kind, "type"], [itunes.image, expected.image, "image"],
      [podcast.transcripts ?? [], want.transcripts.map((t) => ({ ...t, language: expected.language })), "transcripts"],
      [podcast.chapters, want.chapters_url && { url: want.chapters_url, type: "application/json+chapters" }, "chapters"],
      [podcast.persons ?? [], want.persons.map((p) => ({ display: p.name, ...(p.role ? { role: p.role } : {}), group: "cast" })), "persons"],
      [podcast.season?.number, want.season, "podcast:season"], [podcast.episode?.number, want.number, "podcast:episode"],
      [podcast.soundbites ?? [], want.soundbites, "soundbites"],
      [podcast.alternateEnclosures.map((a) => [a.type, a.default ?? false, a.sources[0].uri, a.integrity.type]),
        [["audio/mpeg", true, want.url, "sri"], ["audio/opus", false, want.small, "sri"]], "other forms"],
      [podcast.socialInteracts, [{ protocol: "disabled" }], "no comments"],
      [podcast.txts, [{ display: String(want.synthetic), purpose: "ai-content" }], "ai-content"],
    ]) same(got, value, `${want.title}: ${what}`);
  }
  told("feedsmith");
}

// podcast-partytime leaves out `locked` without an owner's address (we publish none) and knows neither txt nor
// socialInteract; it has its own name for SubRip.
{
  const feed = partytime.parseFeed(xml);
  for (const [got, want, what] of [
    [feed?.title, expected.title, "title"], [feed.guid, expected.guid, "guid"], [feed.medium, "podcast", "medium"],
    [feed.explicit, expected.explicit, "explicit"], [feed.itunesType, expected.kind, "type"],
    [feed.author, expected.author, "author"], [feed.license.identifier, expected.licence, "licence"],
    [feed.itunesCategory, expected.categories.map((c) => c.join(" > ")), "categories"],
    [feed.itunesImage, expected.image, "image"], [feed.pubsub.self, expected.feed, "self"],
    [feed.podcastBlocked, "no", "not blocked"],
    [feed.items.map((item) => item.guid), expected.episodes.map((e) => e.guid), "identifiers, newest first"],
  ]) same(got, want, `series, ${what}`);
  for (const [i, want] of expected.episodes.entries()) {
    const item = feed.items[i];
    const srt = (type) => (type === "application/x-subrip" ? "application/srt" : type);
    for (const [got, value, what] of [
      [item.title, want.title, "title"], [seconds(item.pubDate), want.date, "date"],
      [item.enclosure, { url: want.url, length: want.length, type: want.type }, "enclosure"],
      [item.duration, want.duration, "duration"], [item.explicit, want.explicit, "explicit"],
      [item.itunesEpisode, want.number, "episode"], [item.itunesSeason, want.season, "season"],
      [item.itunesEpisodeType, want.kind, "type"],
      [item.podcastTranscripts ?? [], want.transcripts.map((t) => ({ ...t, type: srt(t.type), language: expected.language })), "transcripts"],
      [item.podcastChapters?.url, want.chapters_url, "chapters"],
      [(item.podcastPeople ?? []).map((p) => [p.name, p.role.toLowerCase()]), want.persons.map((p) => [p.name, p.role ?? "host"]), "persons"],
      [(item.podcastSoundbites ?? []).map((b) => [b.startTime, b.duration, b.title]), want.soundbites.map((b) => [b.startTime, b.duration, b.display]), "soundbites"],
      [item.alternativeEnclosures.map((a) => a.source[0].uri), [want.url, want.small], "other forms"],
      [item.podcastSeason?.number, want.season, "podcast:season"], [item.podcastEpisode?.number, want.number, "podcast:episode"],
    ]) same(got, value, `${want.title}: ${what}`);
  }
  told("podcast-partytime");
}

// Whoever takes another form of the sound gets the bytes that the feed vouches for; the light feed offers the small ones.
{
  const { feed } = parseFeed(xml);
  const light = parseFeed(await (await fetch(expected.feed.replace("feed.xml", "leger.xml"))).text()).feed;
  same(light.podcast.guid, expected.guid, "light feed: the same show");
  same(light.itunes.block, true, "light feed: directories leave it out");
  same(light.items.map((item) => item.guid.value), expected.episodes.map((e) => e.guid), "light feed: identifiers");
  for (const [i, item] of feed.items.entries()) {
    for (const form of item.podcast.alternateEnclosures) {
      const { uri, contentType } = form.sources[0];
      const answer = await fetch(uri);
      const bytes = Buffer.from(await answer.arrayBuffer());
      same(answer.headers.get("content-type"), contentType, `${uri}: type`);
      same(bytes.length, form.length, `${uri}: length`);
      same(`sha384-${createHash("sha384").update(bytes).digest("base64")}`, form.integrity.value, `${uri}: integrity`);
    }
    const small = item.podcast.alternateEnclosures.find((form) => form.type === "audio/opus");
    same(light.items[i].enclosures, [{ url: small.sources[0].uri, length: small.length, type: "audio/ogg" }], "light feed: enclosure");
    same(small.length < item.enclosures[0].length / 2, true, "the small copy is less than half");
  }
  told("other forms and the light feed");
}

// Every file that the feed offers opens: captions for a browser's rules, chapters, the other forms of the words.
{
  for (const episode of expected.episodes) {
    for (const { url, type } of episode.transcripts) {
      const answer = await fetch(url, { headers: { origin: "https://player.example" } });
      const text = await answer.text();
      same(answer.status, 200, `${url}: status`);
      same(answer.headers.get("content-type").split(";")[0], type, `${url}: type`);
      same(answer.headers.get("access-control-allow-origin"), type === "text/html" ? null : "*", `${url}: another site's player may read it`);
      if (type === "text/vtt") {
        const { cues, errors } = new webvtt.WebVTTParser().parse(text, "metadata");
        same(errors.map((e) => `${e.line}: ${e.message}`), [], `${url}: errors`);
        same(cues.length > 3 && cues.every((c) => c.endTime > c.startTime && c.endTime <= episode.duration + 1), true, `${url}: times of the cues`);
        same(cues.every((c) => c.text.startsWith("<v ")), true, `${url}: each cue names its voice`);
      }
      if (type === "application/json") {
        const words = JSON.parse(text);
        same(words.version, "1.0.0", `${url}: version`);
        same(words.segments.every((s) => s.body && s.endTime > s.startTime), true, `${url}: segments`);
      }
      if (type === "application/x-subrip") same(/^1\n\d\d:\d\d:\d\d,\d{3} --> /.test(text), true, `${url}: first cue`);
    }
    if (!episode.chapters_url) continue;
    const answer = await fetch(episode.chapters_url);
    same(answer.headers.get("content-type").split(";")[0], "application/json+chapters", `${episode.chapters_url}: type`);
    const { version, chapters } = await answer.json();
    same(version, "1.2.0", `${episode.chapters_url}: version`);
    same(chapters.map(({ startTime, title }) => ({ startTime, title })), episode.chapters, `${episode.chapters_url}: chapters`);
  }
  told("webvtt-parser and the files");
}
