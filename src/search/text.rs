//! The text of HTML, as a search index keeps it.

use scraper::node::Element;
use scraper::{ElementRef, Html, Node};

use crate::output::html_depth;

/// Elements whose text nobody searches.
const SKIPPED: &[&str] = &["script", "style", "pre", "template"];

/// Names of elements of drawings and formulas, sorted: one that stands elsewhere (`Vec<list>` in a text) goes with all that
/// follows in its block, as in Zola, whose cleaner takes it for an attempt to leave HTML.
#[rustfmt::skip]
const FOREIGN: &[&str] = &[
    "abs", "and", "animate", "annotation", "annotation-xml", "apply", "approx", "arccos", "arg", "bind", "bvar",
    "ci", "circle", "cn", "compose", "conjugate", "cos", "csymbol", "curl", "defs", "desc", "diff", "discard",
    "ellipse", "emptyset", "eq", "exp", "factorial", "false", "filter", "floor", "forall", "g", "gcd", "geq", "gt",
    "in", "int", "integers", "interval", "inverse", "lambda", "leq", "line", "list", "ln", "log", "lt", "maction",
    "maligngroup", "malignmark", "marker", "mask", "matrix", "max", "mean", "menclose", "merror", "metadata",
    "mfenced", "mfrac", "mglyph", "mi", "min", "minus", "mlabeledtr", "mlongdiv", "mmultiscripts", "mn", "mo",
    "mover", "mpadded", "mpath", "mphantom", "mprescripts", "mroot", "mrow", "ms", "mscarries", "mscarry", "msgroup",
    "msline", "mspace", "msqrt", "msrow", "mstack", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext",
    "mtr", "munder", "munderover", "none", "not", "notin", "or", "otherwise", "partialdiff", "path", "pattern",
    "piece", "piecewise", "plus", "polygon", "polyline", "power", "product", "quotient", "real", "reals", "rect",
    "rem", "root", "sdev", "sec", "selector", "semantics", "sep", "set", "sin", "stop", "sum", "switch", "symbol",
    "tan", "tendsto", "text", "times", "true", "tspan", "union", "use", "variance", "vector", "view", "xor",
];

/// Elements in one another past which the parser would take the square of the length.
const DEEPEST: usize = 500;

/// The text of an HTML fragment: one blank between words, empty lines left out, `&`, `<` and `>` still written as entities.
pub(super) fn of_html(html: &str) -> String {
    if html_depth(html.as_bytes()) > DEEPEST {
        return lines(&plainly(html));
    }
    let fragment = Html::parse_fragment(html);
    let mut text = String::new();
    collect(fragment.root_element(), &mut text);
    lines(&text)
}

fn lines(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in text.split('\n') {
        let mut is_first = true;
        for word in line.split_whitespace() {
            if !joined.is_empty() {
                joined.push(if is_first { '\n' } else { ' ' });
            }
            joined.push_str(word);
            is_first = false;
        }
    }
    joined
}

/// What stands between tags, without asking what they mean.
fn plainly(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        rest = rest[start..].find('>').map_or("", |end| &rest[start + end + 1..]);
    }
    text.push_str(rest);
    text
}

fn collect(element: ElementRef, text: &mut String) {
    for child in element.children() {
        match child.value() {
            Node::Text(part) => escape(part, text),
            Node::Element(inner) if !is_skipped(inner) => {
                if let Some(child) = ElementRef::wrap(child) {
                    collect(child, text);
                }
            }
            _ => {}
        }
    }
}

/// Of a drawing or a formula only what stands in it as text is kept.
fn is_skipped(element: &Element) -> bool {
    let name = element.name();
    SKIPPED.contains(&name)
        || match &*element.name.ns {
            HTML => FOREIGN.binary_search(&name).is_ok(),
            _ => !matches!(name, "svg" | "math"),
        }
}

/// The namespace of HTML.
const HTML: &str = "http://www.w3.org/1999/xhtml";

fn escape(part: &str, text: &mut String) {
    for character in part.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\u{a0}' => text.push_str("&nbsp;"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::of_html;

    #[test]
    fn what_goes_too_deep_is_read_plainly() {
        assert_eq!(of_html(&format!("{}Un &amp; deux", "<div>".repeat(100_000))), "Un &amp; deux");
    }

    #[test]
    fn code_scripts_and_comments_are_no_text() {
        let html = "<p>Un  &amp;\t<b>deux</b>. <!-- x --> <script>no()</script></p>\n<pre>code</pre>\n<svg><text>no</text></svg>\n<p>Trois</p>\n";
        assert_eq!(of_html(html), "Un &amp; deux.\nTrois");
    }

    #[test]
    fn elements_of_drawings_go_with_what_is_in_them() {
        assert_eq!(of_html("<p>a <path>b</p><p>c <svg>d<g>e</g></svg> <math>f<mi>g</mi></math></p>"), "a c d f");
        assert!(super::FOREIGN.is_sorted());
    }
}
