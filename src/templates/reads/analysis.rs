//! The reading itself: expressions are followed just far enough to tell a page from a text.
//!
//! A name that is set, or given to a macro or component, has one kind wherever it may be seen: a name that is a page
//! somewhere is one everywhere. The name of a loop is known inside that loop, and everywhere only when another template
//! may stand there. A page may be looped over, tested, sliced, sorted and handed on; a use that could show a field
//! without naming it makes the whole set unclear.

use super::cursor::{Cursor, shows_days, stands_before};
use super::scope::{Kind, Names, Open, Scope};
use super::template::{Template, Unclear, dotted};
use super::tokens::{Tag, Token};
use super::{Clock, Fields};

/// What templates that work together read of other pages, and of the clock.
pub(super) fn fields(templates: &[&Template]) -> (Fields, Clock) {
    follow(templates).unwrap_or((Fields::ALL, Clock::Moment))
}

fn follow(templates: &[&Template]) -> Result<(Fields, Clock), Unclear> {
    let mut known = Names::default();
    // A name gets a kind from others that may come later: until nothing changes any more.
    for _ in 0..16 {
        let mut reader = Reader { scope: Scope::new(known.clone()), ..Reader::default() };
        for template in templates {
            reader.scope.begin();
            for tag in template.tags.as_ref().map_err(|unclear| *unclear)? {
                reader.tag(tag)?;
            }
        }
        let names = reader.scope.names;
        if names == known {
            return if reader.faults { Err(Unclear) } else { Ok((reader.fields, reader.clock)) };
        }
        known = names;
    }
    Err(Unclear)
}

const FINDERS: &[&str] = &["get_page", "get_section", "get_taxonomy", "get_taxonomy_term"];
/// Fields of pages, sections, terms and pagers that hold no page.
const PLAIN_FIELDS: &[&str] = &[
    "relative_path",
    "colocated_path",
    "permalink",
    "slug",
    "ancestors",
    "title",
    "description",
    "updated",
    "date",
    "year",
    "month",
    "day",
    "taxonomies",
    "authors",
    "extra",
    "path",
    "components",
    "assets",
    "draft",
    "lang",
    "translations",
    "subsections",
    "generate_feeds",
    "transparent",
    "paginate_by",
    "paginate_reversed",
    "name",
    "page_count",
    "base_url",
    "number_pagers",
    "first",
    "last",
    "previous",
    "next",
    "current_index",
    "total_pages",
    "kind",
    "render",
    "feed",
];
/// Tests that look at no content.
const TESTS: &[&str] =
    &["defined", "undefined", "none", "iterable", "array", "map", "object", "string", "number", "bool"];

#[derive(Default)]
struct Reader {
    scope: Scope,
    fields: Fields,
    clock: Clock,
    faults: bool,
}

impl Reader {
    fn tag(&mut self, tag: &Tag) -> Result<(), Unclear> {
        let mut cursor = Cursor { tokens: &tag.tokens, at: 0 };
        if cursor.peek_sign("<") {
            return self.component(&mut cursor);
        }
        if tag.prints {
            let kind = self.expression(&mut cursor)?;
            self.faults |= kind != Kind::Plain;
            return cursor.ended();
        }
        let Some(Token::Word(word)) = cursor.next() else { return Err(Unclear) };
        match word.as_str() {
            "if" => {
                self.scope.open(Open::Test);
                self.expression(&mut cursor).map(drop)
            }
            "elif" => self.expression(&mut cursor).map(drop),
            "for" => {
                let names = self.each(&mut cursor)?;
                self.scope.open(Open::Loop(names));
                Ok(())
            }
            "set" | "set_global" => self.set(&mut cursor),
            "macro" | "component" => {
                self.scope.open(Open::Definition);
                self.definition(&mut cursor)
            }
            "filter" => {
                cursor.next();
                if cursor.take_sign("(") { self.arguments(&mut cursor) } else { Ok(()) }
            }
            "include" | "block" => {
                self.scope.another_stands_here();
                Ok(())
            }
            // What a loop over nothing shows instead.
            "else" => {
                self.scope.otherwise();
                Ok(())
            }
            "endif" | "endfor" | "endmacro" | "endcomponent" => self.scope.close(),
            "extends" | "import" | "break" | "continue" => Ok(()),
            word if word.starts_with("end") => Ok(()),
            _ => Err(Unclear),
        }
    }

    /// `for a in x`, `for a, b in x`: the names, with their kinds.
    fn each(&mut self, cursor: &mut Cursor) -> Result<Vec<(String, Kind)>, Unclear> {
        let first = cursor.word().ok_or(Unclear)?;
        let second = if cursor.take_sign(",") { Some(cursor.word().ok_or(Unclear)?) } else { None };
        if cursor.word() != Some("in") {
            return Err(Unclear);
        }
        let kind = self.expression(cursor)?;
        let Some(second) = second else { return Ok(vec![(first.to_owned(), kind)]) };
        // Fields of a page, each in turn.
        self.faults |= kind == Kind::Object;
        let of_second = if kind == Kind::Groups { Kind::Object } else { kind };
        Ok(vec![(first.to_owned(), Kind::Plain), (second.to_owned(), of_second)])
    }

    fn set(&mut self, cursor: &mut Cursor) -> Result<(), Unclear> {
        let name = cursor.word().ok_or(Unclear)?;
        self.scope.set(name);
        if !cursor.take_sign("=") {
            // A block of text.
            self.scope.bind(name, Kind::Plain);
            while cursor.take_sign("|") {
                cursor.next();
                if cursor.take_sign("(") {
                    self.arguments(cursor)?;
                }
            }
            return cursor.ended();
        }
        let kind = self.expression(cursor)?;
        self.scope.bind(name, kind);
        cursor.ended()
    }

    /// The parameters of a macro or component: what they hold is known from the calls.
    fn definition(&mut self, cursor: &mut Cursor) -> Result<(), Unclear> {
        while let Some(token) = cursor.next() {
            match token {
                // Everything else a component is given, by name.
                Token::Sign("...") => return Err(Unclear),
                Token::Sign("=") => {
                    let kind = self.expression(cursor)?;
                    self.faults |= kind != Kind::Plain;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// `<name a="x" b={page} {c} />`, `</name>`.
    fn component(&mut self, cursor: &mut Cursor) -> Result<(), Unclear> {
        cursor.next();
        if cursor.take_sign("/") {
            return Ok(());
        }
        dotted(&cursor.tokens[cursor.at..]).ok_or(Unclear)?;
        cursor.word();
        while cursor.take_sign(".") {
            cursor.word();
        }
        loop {
            if cursor.take_sign("/") || cursor.peek_sign(">") {
                cursor.take_sign(">");
                return cursor.ended();
            }
            if cursor.take_sign("{") {
                // `{name}` hands a variable on under its own name.
                let name = cursor.word().ok_or(Unclear)?;
                let (kind, _) = self.scope.variable(name);
                self.scope.give(name, kind);
                if !cursor.take_sign("}") {
                    return Err(Unclear);
                }
                continue;
            }
            let name = cursor.word().ok_or(Unclear)?;
            if !cursor.take_sign("=") {
                self.scope.give(name, Kind::Plain);
                continue;
            }
            let kind = if cursor.take_sign("{") {
                let kind = self.expression(cursor)?;
                if !cursor.take_sign("}") {
                    return Err(Unclear);
                }
                kind
            } else {
                self.operand(cursor)?
            };
            self.scope.give(name, kind);
        }
    }

    /// Named arguments up to `)`.
    fn arguments(&mut self, cursor: &mut Cursor) -> Result<(), Unclear> {
        while !cursor.take_sign(")") {
            if cursor.take_sign(",") {
                continue;
            }
            if let (Some(Token::Word(name)), Some(Token::Sign("="))) = (cursor.peek(0), cursor.peek(1)) {
                cursor.at += 2;
                let is_text = matches!(cursor.peek(0), Some(Token::Text(_)));
                let kind = self.expression(cursor)?;
                // What stands in for a value comes back as that. A field that is named by a variable could be any.
                self.faults |= name == "default" && kind != Kind::Plain;
                self.faults |= matches!(name.as_str(), "attribute" | "key") && !is_text;
                self.scope.give(name, kind);
            } else {
                let kind = self.expression(cursor)?;
                self.faults |= kind != Kind::Plain;
            }
        }
        Ok(())
    }

    /// Operands and operators until something that is neither.
    fn expression(&mut self, cursor: &mut Cursor) -> Result<Kind, Unclear> {
        let mut whole = self.operand(cursor)?;
        loop {
            let joins = match cursor.peek(0) {
                Some(Token::Word(word)) if matches!(word.as_str(), "and" | "or" | "if" | "else") => true,
                Some(Token::Word(word)) if word == "not" && cursor.peek(1) == Some(&Token::Word("in".to_owned())) => {
                    cursor.at += 1;
                    false
                }
                Some(Token::Word(word)) if word == "in" => false,
                Some(Token::Sign(
                    "==" | "!=" | "<" | ">" | "<=" | ">=" | "~" | "+" | "-" | "*" | "/" | "%" | "**" | "//",
                )) => false,
                // `[p.title for p in pages]`
                Some(Token::Word(word)) if word == "for" => {
                    cursor.at += 1;
                    // Its name stood before it was bound.
                    for (name, kind) in self.each(cursor)? {
                        self.scope.bind(&name, kind);
                        self.scope.set(&name);
                    }
                    if cursor.peek(0) == Some(&Token::Word("if".to_owned())) {
                        cursor.at += 1;
                        self.expression(cursor)?;
                    }
                    return Ok(whole);
                }
                _ => return Ok(whole),
            };
            // The end of a component's tag, not a comparison.
            if cursor.peek_sign(">") && cursor.peek(1).is_none() || cursor.peek_sign("/") && cursor.peek_is(1, ">") {
                return Ok(whole);
            }
            cursor.at += 1;
            let next = self.operand(cursor)?;
            if joins {
                whole = whole.max(next);
            } else {
                // A page that is compared or printed is looked at whole.
                self.faults |= whole != Kind::Plain || next != Kind::Plain;
                whole = Kind::Plain;
            }
        }
    }

    fn operand(&mut self, cursor: &mut Cursor) -> Result<Kind, Unclear> {
        // One after the other, however many: nobody has bounded them.
        let mut is_denied = false;
        while let Some(token) = cursor.peek(0).filter(|token| stands_before(token)) {
            is_denied |= matches!(token, Token::Word(_));
            cursor.at += 1;
        }
        let token = cursor.next().ok_or(Unclear)?;
        let (kind, own) = match token {
            Token::Text(text) => {
                self.text(text);
                (Kind::Plain, false)
            }
            Token::Number => (Kind::Plain, false),
            // `@lang`, what every component is told.
            Token::Sign("@") => {
                cursor.word().ok_or(Unclear)?;
                (Kind::Plain, false)
            }
            Token::Sign("(") => {
                let kind = self.expression(cursor)?;
                if !cursor.take_sign(")") {
                    return Err(Unclear);
                }
                (kind, false)
            }
            Token::Sign("[") => (self.items(cursor, "]")?, false),
            Token::Sign("{") => {
                // Pages under other names.
                self.faults |= self.items(cursor, "}")? != Kind::Plain;
                (Kind::Plain, false)
            }
            Token::Word(word) => self.named(word, cursor)?,
            Token::Sign(_) => return Err(Unclear),
        };
        let kind = self.chain(kind, own, cursor)?;
        Ok(if is_denied { Kind::Plain } else { kind })
    }

    /// Items of a list or entries of a map.
    fn items(&mut self, cursor: &mut Cursor, end: &'static str) -> Result<Kind, Unclear> {
        let mut kind = Kind::Plain;
        while !cursor.take_sign(end) {
            if cursor.take_sign(",") || cursor.take_sign(":") || cursor.take_sign("...") {
                continue;
            }
            kind = kind.max(self.expression(cursor)?);
        }
        Ok(kind)
    }

    /// A variable or a call, and whether it is the page or section that is being rendered.
    fn named(&mut self, word: &str, cursor: &mut Cursor) -> Result<(Kind, bool), Unclear> {
        if word == "__tera_context" {
            return Err(Unclear);
        }
        if cursor.take_sign("::") {
            // A macro gives text.
            cursor.word().ok_or(Unclear)?;
            return if cursor.take_sign("(") {
                self.arguments(cursor).map(|()| (Kind::Plain, false))
            } else {
                Err(Unclear)
            };
        }
        if cursor.take_sign("(") {
            let is_bare = cursor.peek_sign(")");
            self.arguments(cursor)?;
            if word == "super" {
                // The block of the parent, which sees every name of this place.
                self.scope.another_stands_here();
            }
            // An argument may ask for the day of elsewhere.
            if word == "now" && !(is_bare && shows_days(cursor)) {
                self.clock = Clock::Moment;
            }
            return Ok((if FINDERS.contains(&word) { Kind::Object } else { Kind::Plain }, false));
        }
        Ok(self.scope.variable(word))
    }

    /// Fields, indices, filters and tests after an operand.
    fn chain(&mut self, mut kind: Kind, mut own: bool, cursor: &mut Cursor) -> Result<Kind, Unclear> {
        loop {
            if cursor.take_sign(".") || cursor.take_sign("?.") {
                match cursor.next() {
                    Some(Token::Word(name)) => kind = self.field(kind, own, name),
                    Some(Token::Number) => {}
                    _ => return Err(Unclear),
                }
            } else if cursor.take_sign("[") || cursor.take_sign("?[") {
                kind = self.index(kind, own, cursor)?;
            } else if cursor.take_sign("|") {
                kind = self.filter(kind, cursor)?;
            } else if cursor.peek(0) == Some(&Token::Word("is".to_owned())) {
                cursor.at += 1;
                if cursor.peek(0) == Some(&Token::Word("not".to_owned())) {
                    cursor.at += 1;
                }
                let test = cursor.word().ok_or(Unclear)?;
                self.faults |= kind != Kind::Plain && !TESTS.contains(&test);
                if cursor.take_sign("(") {
                    self.positional(cursor)?;
                }
                kind = Kind::Plain;
            } else {
                return Ok(kind);
            }
            own = false;
        }
    }

    /// Arguments of a test, which the older dialect does not name.
    fn positional(&mut self, cursor: &mut Cursor) -> Result<(), Unclear> {
        self.arguments(cursor)
    }

    fn field(&mut self, kind: Kind, own: bool, name: &str) -> Kind {
        let read = Fields::named(name);
        if !read.is_empty() {
            if !own {
                self.fields.add(read);
            }
            return if read == Fields::BESIDE && kind != Kind::Plain { Kind::Object } else { Kind::Plain };
        }
        match kind {
            Kind::Plain => Kind::Plain,
            Kind::Groups => Kind::Object,
            Kind::Object if PLAIN_FIELDS.contains(&name) => Kind::Plain,
            // `pages`, `items`, or the name of a group.
            Kind::Object => Kind::Object,
        }
    }

    fn index(&mut self, kind: Kind, own: bool, cursor: &mut Cursor) -> Result<Kind, Unclear> {
        if let (Some(Token::Text(name)), true) = (cursor.peek(0), cursor.peek_is(1, "]")) {
            cursor.at += 2;
            return Ok(self.field(kind, own, name));
        }
        let is_number = cursor.peek(0) == Some(&Token::Number) && cursor.peek_is(1, "]");
        let mut slices = false;
        while !cursor.take_sign("]") {
            if cursor.take_sign(":") {
                slices = true;
                continue;
            }
            let inside = self.expression(cursor)?;
            self.faults |= inside != Kind::Plain;
        }
        match kind {
            Kind::Groups if !slices => return Ok(Kind::Object),
            // A field that is named by a variable could be any.
            Kind::Object => self.faults |= !slices && !is_number,
            _ => {}
        }
        Ok(kind)
    }

    fn filter(&mut self, kind: Kind, cursor: &mut Cursor) -> Result<Kind, Unclear> {
        let name = cursor.word().ok_or(Unclear)?;
        let mut given = Kind::Plain;
        if cursor.take_sign("(") {
            // What `default` and `concat` are given may come out again.
            let before = cursor.at;
            self.arguments(cursor)?;
            if matches!(name, "default" | "concat") {
                let mut inside = Cursor { tokens: &cursor.tokens[..cursor.at - 1], at: before };
                if let (Some(Token::Word(_)), true) = (inside.peek(0), inside.peek_is(1, "=")) {
                    inside.at += 2;
                }
                given = self.expression(&mut inside)?;
            }
        }
        match (kind, name) {
            (Kind::Plain, _) => Ok(given),
            (Kind::Object, "group_by") => Ok(Kind::Groups),
            (_, "length" | "keys") => Ok(Kind::Plain),
            (_, "default" | "concat") => Ok(kind.max(given)),
            (Kind::Groups, "get" | "values") => Ok(Kind::Object),
            (
                Kind::Object,
                "first" | "last" | "nth" | "reverse" | "slice" | "sort" | "unique" | "filter" | "map" | "get",
            ) => Ok(Kind::Object),
            _ => {
                self.faults = true;
                Ok(Kind::Plain)
            }
        }
    }

    /// A literal may name a field, as in `sort(attribute="word_count")`.
    fn text(&mut self, text: &str) {
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            self.fields.add(Fields::named(word));
        }
    }
}
