//! What templates of the newer dialect print, as long as it fits and comes to an end.
//!
//! Entry points: [`template`] and [`text`], in place of the engine's own. What a template makes without printing it is not
//! seen here: the engine tells nobody of its texts and loops, and the watch over the whole program (`work`) bounds them.

use std::io::{Error, Write};

use tera::{Context, Tera, TeraResult};

use super::bounds;
use crate::work;

/// Pieces that are printed between two looks at the clock.
const PIECES: u64 = 1 << 12;

/// How much of the stack there is at least when a template begins, and how much is had where there is less: the engine goes
/// down one call for each list inside a list, when it prints them and when it lets go of them, and nobody can tell it to
/// stop. Below `cli` threads have as much from the start.
const STACK: (usize, usize) = (16 << 20, 256 << 20);

/// What was printed so far, and why nothing more is taken.
#[derive(Default)]
struct Printed {
    bytes: Vec<u8>,
    pieces: u64,
    refusal: Option<String>,
}

impl Write for Printed {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        self.pieces += 1;
        let too_long = || if self.pieces.is_multiple_of(PIECES) { work::overdue() } else { None };
        if let Some(refusal) = bounds::output(self.bytes.len() + piece.len()).err().or_else(too_long) {
            self.refusal = Some(refusal);
            return Err(Error::other("refused"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What a template prints.
pub(super) fn template(tera: &Tera, name: &str, context: &Context) -> TeraResult<String> {
    printed(|to| tera.render_to(name, context, to))
}

/// What a text that is no template prints, nothing escaped.
pub(super) fn text(tera: &Tera, text: &str, context: &Context) -> TeraResult<String> {
    printed(|to| tera.render_str_to(text, context, false, to))
}

fn printed(work: impl FnOnce(&mut Printed) -> TeraResult<()>) -> TeraResult<String> {
    let mut to = Printed { bytes: Vec::with_capacity(2048), ..Printed::default() };
    match (stacker::maybe_grow(STACK.0, STACK.1, || work(&mut to)), to.refusal) {
        (_, Some(refusal)) => Err(tera::Error::message(refusal)),
        (Err(error), None) => Err(error),
        (Ok(()), None) => Ok(String::from_utf8(to.bytes)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_not_taken() {
        let mut tera = Tera::default();
        let loops = "{% for a in range(end=2000) %}{% for b in range(end=2000) %}aaaa{% endfor %}{% endfor %}";
        tera.add_raw_template("a.html", loops).unwrap();
        tera.add_raw_template("b.html", "é{{ 1 + 1 }}").unwrap();
        let told = template(&tera, "a.html", &Context::new()).unwrap_err().to_string();
        assert_eq!(told, "this prints more than 4 million bytes");
        assert!(text(&tera, loops, &Context::new()).is_err());
        assert_eq!(template(&tera, "b.html", &Context::new()).unwrap(), "é2");
    }
}
