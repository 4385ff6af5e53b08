//! What a template may make: texts and lists that fit into memory, and work that comes to an end. Nobody comes near these
//! bounds who does not double a text forty times. The older dialect is bounded in all it does, the newer one in what it
//! prints (`printed`).
//!
//! Entry points: [`before`] a filter, [`fits`] for a text that grows, [`spread`] for a value that is written or handed on
//! whole, [`all`] for everything that one template made, [`output`] for what it prints. How deep templates go is `older/run`'s.

use tera::Value;

use super::older::{Arguments, write_plain};

/// Bytes of a text that expressions make.
const LONGEST_TEXT: usize = 100_000_000;
/// Bytes of all texts that the expressions of one template make, whether they are kept or not.
const MOST_MADE: u64 = 2 << 30;
/// Bytes of what one template prints.
const LONGEST_OUTPUT: usize = if cfg!(test) { 4 << 20 } else { 256 << 20 };
/// Numbers of a `range`, items of a list that filters put together: half a gigabyte.
pub(super) const MOST_ITEMS: usize = 20_000_000;
/// Lists that stand in one another.
const DEEPEST_LIST: usize = 500;
/// Items that are looked at for how deep a list is.
const MOST_LOOKS: usize = 10_000;
/// Pieces that a text is cut into.
const MOST_PIECES: usize = 5_000_000;
/// Lists of nodes that one template runs: the turns of all its loops and the calls of all its macros, half a minute's
/// work. A loop over ten thousand pages inside another one takes a third of it.
pub(super) const MOST_STEPS: u64 = if cfg!(test) { 1_000_000 } else { 300_000_000 };

/// That a text of so many bytes may be made.
pub(super) fn fits(bytes: usize) -> Result<(), String> {
    if bytes <= LONGEST_TEXT { Ok(()) } else { Err(too_long()) }
}

fn too_long() -> String {
    format!("this text would have more than {} million characters", LONGEST_TEXT / 1_000_000)
}

/// That a text may be cut into so many pieces.
pub(super) fn pieces(count: usize) -> Result<(), String> {
    if count <= MOST_PIECES {
        return Ok(());
    }
    Err(format!("this text would be cut into more than {} million pieces", MOST_PIECES / 1_000_000))
}

/// That a list may have so many items.
pub(super) fn items(count: usize) -> Result<(), String> {
    if count <= MOST_ITEMS {
        return Ok(());
    }
    Err(format!("this list would have more than {} million items", MOST_ITEMS / 1_000_000))
}

/// That what a filter will give fits: for those that can give far more than they are given.
pub(super) fn before(filter: &str, value: &Value, args: &Arguments) -> Result<(), String> {
    let given = |name: &str| args.iter().find(|(known, _)| *known == name).and_then(|(_, value)| value.as_str());
    let Some(text) = value.as_str() else { return spread(value) };
    let grown = |times: usize, by: usize| {
        let bytes = times.checked_mul(by).and_then(|more| more.checked_add(text.len()));
        bytes.map_or_else(|| Err(too_long()), fits)
    };
    match filter {
        "replace" => match (given("from"), given("to")) {
            (Some(from), Some(to)) => grown(text.matches(from).count(), to.len()),
            _ => Ok(()),
        },
        "indent" => grown(text.matches('\n').count() + 1, given("prefix").map_or(4, str::len)),
        "split" => given("pat").map_or(Ok(()), |pat| pieces(text.matches(pat).count())),
        _ => Ok(()),
    }
}

/// That one template may print so many bytes.
pub(super) fn output(bytes: usize) -> Result<(), String> {
    if bytes <= LONGEST_OUTPUT {
        return Ok(());
    }
    Err(format!("this prints more than {} million bytes", LONGEST_OUTPUT >> 20))
}

/// That one template may take so many turns.
pub(super) fn turns(count: u64) -> Result<(), String> {
    if count <= MOST_STEPS {
        return Ok(());
    }
    Err(format!("this does not end: more than {MOST_STEPS} turns"))
}

/// That one template may make so many bytes of text.
pub(super) fn all(bytes: u64) -> Result<(), String> {
    if bytes <= MOST_MADE {
        return Ok(());
    }
    Err(format!("the texts that this template makes would have more than {} million characters", MOST_MADE >> 20))
}

/// That a list with all lists inside it has no more items than a list may have: one that holds another twice, and that
/// again, is small until it is written.
pub(super) fn spread(value: &Value) -> Result<(), String> {
    let mut count = 0;
    let mut open: Vec<std::slice::Iter<Value>> = value.as_array().into_iter().map(<[Value]>::iter).collect();
    while let Some(last) = open.last_mut() {
        let Some(item) = last.next() else {
            open.pop();
            continue;
        };
        count += 1;
        if count > MOST_ITEMS {
            return items(count);
        }
        open.extend(item.as_array().map(<[Value]>::iter));
    }
    Ok(())
}

/// That lists do not stand in one another too deeply: whatever walks them, and lets go of them, goes down one call for each.
/// Of very large ones not all is looked at.
pub(super) fn nested(list: &Value) -> Result<(), String> {
    let mut open: Vec<std::slice::Iter<Value>> = list.as_array().into_iter().map(<[Value]>::iter).collect();
    for _ in 0..MOST_LOOKS {
        if open.len() > DEEPEST_LIST {
            return Err(format!("more than {DEEPEST_LIST} lists stand inside each other"));
        }
        let Some(last) = open.last_mut() else { break };
        match last.next_back() {
            Some(item) => open.extend(item.as_array().map(<[Value]>::iter)),
            None => drop(open.pop()),
        }
    }
    Ok(())
}

/// A text in which a pattern is replaced, as long as it fits.
pub(super) fn replaced(pattern: &regex::Regex, text: &str, by: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for found in pattern.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(&text[from..whole.start()]);
        found.expand(by, &mut out);
        from = whole.end();
        fits(out.len())?;
    }
    out.push_str(&text[from..]);
    Ok(out)
}

/// A list as it is printed, with something between its items.
pub(super) fn joined(items: &[Value], between: &str) -> Result<String, String> {
    let mut out = String::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(between);
        }
        spread(item)?;
        write_plain(item, &mut out);
        fits(out.len())?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_not_fit_is_told_before_it_is_made() {
        let text = Value::from("a\n".repeat(1_000_000));
        let arg = |name: &'static str, text: String| -> Arguments<'static> { vec![(name, Value::from(text))] };
        let replace = |to: usize| [arg("from", String::new()), arg("to", "b".repeat(to))].concat();
        assert_eq!(before("replace", &text, &replace(10)), Ok(()));
        assert!(before("replace", &text, &replace(100)).unwrap_err().contains("100 million characters"));
        assert!(before("indent", &text, &arg("prefix", "b".repeat(100))).is_err());
        assert_eq!(before("split", &text, &arg("pat", String::new())), Ok(()));
        assert!(before("split", &Value::from("a".repeat(6_000_000)), &arg("pat", String::new())).is_err());
        let pattern = regex::Regex::new("(a)").unwrap();
        assert_eq!(replaced(&pattern, "xaya", "<$1>"), Ok("x<a>y<a>".to_owned()));
        assert!(replaced(&pattern, &"a".repeat(100_000), &"b".repeat(10_000)).is_err());
        let twice = |list: Value, _| Value::from(vec![list.clone(), list]);
        assert!(spread(&(0..10).fold(Value::from(vec![Value::from(1)]), twice)).is_ok());
        assert!(spread(&(0..60).fold(Value::from(vec![Value::from(1)]), twice)).is_err());
        let around = |list: Value, _| Value::from(vec![Value::from(1), list]);
        assert!(nested(&(0..400).fold(Value::from(vec![Value::from(1)]), around)).is_ok());
        assert!(nested(&(0..600).fold(Value::from(vec![Value::from(1)]), around)).is_err());
        assert!(nested(&(0..60).fold(Value::from(vec![Value::from(1)]), twice)).is_ok());
        assert!(joined(&vec![Value::from("b".repeat(10_000)); 20_000], ", ").is_err());
    }
}
