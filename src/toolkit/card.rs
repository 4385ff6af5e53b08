//! A picture with words on it, for links that are passed on.
//!
//! Entry point: [`Ground::read`], then [`Ground::draw`]. The ground is a picture of the theme whose left two thirds are
//! calm; the words stand there. Their letters are those of the guides, set with their kerning and filled as shapes: no font
//! of the system is looked for, and the same words give the same bytes.

use std::path::Path;

use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder};
use rustybuzz::{Face, UnicodeBuffer};
use tiny_skia::{FillRule, IntSize, Paint, PathBuilder, Pixmap, Transform};

use super::palette;

/// Width and height in pixels, as the places where links are passed on show them.
pub(super) const SIZE: (u32, u32) = (1200, 630);

/// Raised when the same words on the same ground are to give another picture.
const RECIPE: &str = "1";

/// Atkinson Hyperlegible Next, as in the guides and on the pages (SIL OFL 1.1).
const REGULAR: &[u8] = include_bytes!("fonts/AtkinsonHyperlegibleNext_400Regular.ttf");
const BOLD: &[u8] = include_bytes!("fonts/AtkinsonHyperlegibleNext_700Bold.ttf");

/// Where words begin, how wide a line may be, and between which heights the title stands, in pixels.
const LEFT: f32 = 72.0;
const WIDTH: f32 = 748.0;
const TOP: f32 = 56.0;
const BOTTOM: f32 = 512.0;
/// Sizes that are tried for a title, and how far its lines are apart.
const SIZES: [f32; 7] = [88.0, 80.0, 72.0, 64.0, 56.0, 50.0, 44.0];
const LEADING: f32 = 1.1;
/// The line above the title: its size, and the room it takes.
const KICKER: f32 = 34.0;
const KICKER_ROOM: f32 = 66.0;
/// The name of the site at the foot: its size, and the height of its baseline.
const SITE: f32 = 34.0;
const FOOT: f32 = 597.0;
/// How high above its baseline a line of this face reaches, by its size.
const ASCENT: f32 = 0.78;

/// What is written on a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words<'a> {
    /// A short line above the title; may be empty.
    pub(super) kicker: &'a str,
    /// The title.
    pub(super) title: &'a str,
    /// The name of the site.
    pub(super) site: &'a str,
}

/// What words are drawn on.
pub(super) struct Ground {
    pixels: Pixmap,
    ink: [u8; 3],
    /// blake3 of all that a picture depends on but its words.
    hash: blake3::Hash,
}

impl Ground {
    /// Reads the picture; `ink` is `#rrggbb`. The error is a sentence.
    pub(super) fn read(file: &Path, ink: &str) -> Result<Self, String> {
        let ink = colour(ink).ok_or_else(|| format!("`{ink}` is not a colour such as #11343b"))?;
        let bytes = std::fs::read(file).map_err(|e| e.to_string())?;
        let size = imagesize::blob_size(&bytes).map_err(|e| e.to_string())?;
        if (size.width, size.height) != (SIZE.0 as usize, SIZE.1 as usize) {
            return Err(format!("it has {} by {} pixels, not {} by {}", size.width, size.height, SIZE.0, SIZE.1));
        }
        let picture = image::load_from_memory(&bytes).map_err(|e| e.to_string())?.into_rgb8();
        let rgba = picture.pixels().flat_map(|pixel| [pixel[0], pixel[1], pixel[2], u8::MAX]).collect();
        let pixels = IntSize::from_wh(SIZE.0, SIZE.1).and_then(|size| Pixmap::from_vec(rgba, size));
        let pixels = pixels.ok_or("it cannot be drawn on")?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(RECIPE.as_bytes()).update(&ink).update(&bytes);
        Ok(Self { pixels, ink, hash: hasher.finalize() })
    }

    /// The name of a picture with these words: another one as soon as anything on it is another.
    pub(super) fn name(&self, words: &Words<'_>) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.hash.as_bytes());
        for text in [words.kicker, words.title, words.site] {
            hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }

    /// The picture with these words, as PNG.
    pub(super) fn draw(&self, words: &Words<'_>) -> Result<Vec<u8>, String> {
        let face = |bytes| Face::from_slice(bytes, 0).ok_or("the letters cannot be read");
        let (regular, bold) = (face(REGULAR)?, face(BOLD)?);
        let above = if words.kicker.is_empty() { 0.0 } else { KICKER_ROOM };
        let title = set(&bold, words.title, WIDTH, BOTTOM - TOP - above);
        let height = above + title.lines.len() as f32 * title.size * LEADING;
        let mut y = TOP + (BOTTOM - TOP - height) / 2.0;
        let mut pen = Pen::default();
        if above > 0.0 {
            pen.line(&regular, &fitting(&regular, words.kicker, KICKER), KICKER, y + KICKER * ASCENT);
            y += above;
        }
        for line in &title.lines {
            pen.line(&bold, line, title.size, y + title.size * ASCENT);
            y += title.size * LEADING;
        }
        pen.line(&bold, &fitting(&bold, words.site, SITE), SITE, FOOT);
        let mut pixels = self.pixels.clone();
        if let Some(shapes) = pen.builder.finish() {
            let mut paint = Paint::default();
            paint.set_color_rgba8(self.ink[0], self.ink[1], self.ink[2], u8::MAX);
            pixels.fill_path(&shapes, &paint, FillRule::Winding, Transform::identity(), None);
        }
        let colours: Vec<[u8; 3]> = pixels.pixels().iter().map(|p| [p.red(), p.green(), p.blue()]).collect();
        palette::png(&colours, SIZE).map_err(|e| e.to_string())
    }
}

fn colour(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    hex::decode(digits).ok()?.try_into().ok()
}

/// A title in lines.
struct Title {
    size: f32,
    lines: Vec<String>,
}

/// The largest size at which a title fits, its lines about equally long. One that fits at none is cut.
fn set(face: &Face<'_>, text: &str, width: f32, height: f32) -> Title {
    let words: Vec<String> = text.split(' ').map(|word| letters(face, word)).filter(|word| !word.is_empty()).collect();
    let most = |size: f32| (height / (size * LEADING)).floor() as usize;
    let mut largest = None;
    for size in SIZES {
        let whole = words.iter().all(|word| width_of(face, word, size) <= width);
        let lines = wrap(face, &words, size, width);
        if whole && lines.len() <= most(size) {
            let title = Title { size, lines: balance(face, &words, size, width, lines) };
            if is_even(face, &title) {
                return title;
            }
            // A little smaller, its lines may break at better places.
            largest.get_or_insert(title);
        }
    }
    if let Some(title) = largest {
        return title;
    }
    let size = SIZES[SIZES.len() - 1];
    let mut lines = wrap(face, &words, size, width);
    if lines.len() > most(size) {
        lines.truncate(most(size));
        lines.iter_mut().last().into_iter().for_each(|line| line.push('…'));
    }
    Title { size, lines: lines.iter().map(|line| fitting(face, line, size)).collect() }
}

fn wrap(face: &Face<'_>, words: &[String], size: f32, width: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        if let Some(line) = lines.last_mut() {
            let longer = format!("{line} {word}");
            if width_of(face, &longer, size) <= width {
                *line = longer;
                continue;
            }
        }
        lines.push(word.clone());
    }
    lines
}

/// Whether no line is much shorter than the others.
fn is_even(face: &Face<'_>, title: &Title) -> bool {
    let widths: Vec<f32> = title.lines.iter().map(|line| width_of(face, line, title.size)).collect();
    let (least, most) = widths.iter().fold((f32::MAX, 0.0_f32), |(a, b), width| (a.min(*width), b.max(*width)));
    least >= most * 0.4
}

/// The same number of lines, as narrow as they can be: no word stands alone at the end.
fn balance(face: &Face<'_>, words: &[String], size: f32, width: f32, mut lines: Vec<String>) -> Vec<String> {
    let widest = words.iter().map(|word| width_of(face, word, size)).fold(0.0, f32::max);
    let mut narrower = width - 8.0;
    while narrower >= widest {
        let tried = wrap(face, words, size, narrower);
        if tried.len() > lines.len() {
            break;
        }
        lines = tried;
        narrower -= 8.0;
    }
    lines
}

/// A line that is cut where it would run out of its place.
fn fitting(face: &Face<'_>, text: &str, size: f32) -> String {
    let text = letters(face, text);
    if width_of(face, &text, size) <= WIDTH {
        return text;
    }
    let mut short: String = text.trim_end_matches('…').to_owned();
    while !short.is_empty() && width_of(face, &format!("{short}…"), size) > WIDTH {
        short.pop();
    }
    format!("{}…", short.trim_end())
}

/// What the face has letters for: other spaces are spaces, the rest is left out.
fn letters(face: &Face<'_>, text: &str) -> String {
    let plain = text.chars().map(|c| match c {
        '\u{202f}' | '\u{2009}' if face.glyph_index(c).is_none() => '\u{a0}',
        c if c.is_control() => ' ',
        c => c,
    });
    plain.filter(|c| face.glyph_index(*c).is_some()).collect()
}

fn shaped(face: &Face<'_>, text: &str) -> rustybuzz::GlyphBuffer {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    rustybuzz::shape(face, &[], buffer)
}

fn width_of(face: &Face<'_>, text: &str, size: f32) -> f32 {
    let units: i32 = shaped(face, text).glyph_positions().iter().map(|glyph| glyph.x_advance).sum();
    units as f32 * size / face.units_per_em() as f32
}

/// Outlines of letters being gathered.
#[derive(Default)]
struct Pen {
    builder: PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
}

impl Pen {
    /// A line of text from [`LEFT`], its baseline at `y`.
    fn line(&mut self, face: &Face<'_>, text: &str, size: f32, y: f32) {
        let shaped = shaped(face, text);
        self.scale = size / face.units_per_em() as f32;
        let mut x = LEFT;
        for (info, at) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            self.x = x + at.x_offset as f32 * self.scale;
            self.y = y - at.y_offset as f32 * self.scale;
            // A glyph without outline is a space.
            face.outline_glyph(GlyphId(info.glyph_id as u16), self);
            x += at.x_advance as f32 * self.scale;
        }
    }

    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.builder.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.builder.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.builder.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.builder.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.builder.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bold() -> Face<'static> {
        Face::from_slice(BOLD, 0).unwrap()
    }

    #[test]
    fn a_short_title_is_large_and_a_long_one_smaller_but_whole() {
        let face = bold();
        let set = |text: &str| set(&face, text, WIDTH, BOTTOM - TOP - KICKER_ROOM);
        let short = set("Écouter");
        assert_eq!((short.size, short.lines.as_slice()), (SIZES[0], ["Écouter".to_owned()].as_slice()));
        let usual = set("Les dangers du numérique et la prostitution 2.0");
        assert_eq!(usual.lines.join(" "), "Les dangers du numérique et la prostitution 2.0");
        assert!(usual.lines.iter().all(|line| width_of(&face, line, usual.size) <= WIDTH));
        let long = "Comprendre ce qui arrive à un adolescent qui s’éloigne, ".repeat(3);
        let long = set(long.trim());
        assert!(long.size < usual.size && !long.lines.join(" ").contains('…'), "{:?}", long.lines);
    }

    #[test]
    fn lines_are_about_equally_long() {
        let face = bold();
        let title = set(&face, "Trouver les mots pour en parler", WIDTH, 400.0);
        let widths: Vec<f32> = title.lines.iter().map(|line| width_of(&face, line, title.size)).collect();
        let (most, least) =
            (widths.iter().fold(0.0_f32, |a, b| a.max(*b)), widths.iter().fold(WIDTH, |a, b| a.min(*b)));
        assert!(least > most * 0.6, "{:?} {widths:?}", title.lines);
        let title = set(&face, "La bande-annonce du podcast", WIDTH, BOTTOM - TOP - KICKER_ROOM);
        assert_eq!(title.lines, ["La bande-annonce", "du podcast"], "no word alone at the top");
    }

    #[test]
    fn what_never_ends_and_what_has_no_letters_is_cut() {
        let face = bold();
        let endless = set(&face, &"anticonstitutionnellement ".repeat(60), WIDTH, 390.0);
        assert!(endless.lines.last().unwrap().ends_with('…'));
        let word = set(&face, &"a".repeat(500), WIDTH, 390.0);
        assert_eq!(word.lines.len(), 1);
        assert!(width_of(&face, &word.lines[0], word.size) <= WIDTH);
        assert_eq!(letters(&face, "Un\u{202f}! 👋\u{7}漢"), "Un\u{a0}!  ");
        assert!(set(&face, "漢字", WIDTH, 390.0).lines.is_empty());
    }

    #[test]
    fn colours_are_read() {
        assert_eq!(colour("#11343b"), Some([0x11, 0x34, 0x3b]));
        assert!(["11343b", "#fff", "#gggggg", "rouge"].into_iter().all(|text| colour(text).is_none()));
    }
}
