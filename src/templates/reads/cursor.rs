//! A place among the tokens of a tag, and what stands there.

use super::template::Unclear;
use super::tokens::Token;

/// Whether what follows `now()` cuts it down to a day: `| date(format="%Y")`.
pub(super) fn shows_days(cursor: &Cursor) -> bool {
    let rest = &cursor.tokens[cursor.at..];
    let is = |at: usize, token: &Token| rest.get(at) == Some(token);
    let word = |word: &str| Token::Word(word.to_owned());
    let called = is(0, &Token::Sign("|")) && is(1, &word("date")) && is(2, &Token::Sign("("));
    let formatted = called && is(3, &word("format")) && is(4, &Token::Sign("=")) && is(6, &Token::Sign(")"));
    let Some(Token::Text(format)) = rest.get(5).filter(|_| formatted) else { return false };
    let mut signs = format.chars();
    while let Some(sign) = signs.next() {
        if sign == '%'
            && !matches!(signs.next(), Some('Y' | 'y' | 'm' | 'd' | 'e' | 'B' | 'b' | 'j' | 'A' | 'a' | 'F' | '%'))
        {
            return false;
        }
    }
    true
}

/// Whether a token stands before an operand: a sign, or a denial.
pub(super) fn stands_before(token: &Token) -> bool {
    matches!(token, Token::Sign("-" | "!" | "+")) || matches!(token, Token::Word(word) if word == "not")
}

/// A place among tokens.
pub(super) struct Cursor<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn peek(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + ahead)
    }

    pub(super) fn peek_is(&self, ahead: usize, sign: &str) -> bool {
        matches!(self.peek(ahead), Some(Token::Sign(found)) if *found == sign)
    }

    pub(super) fn peek_sign(&self, sign: &str) -> bool {
        self.peek_is(0, sign)
    }

    pub(super) fn take_sign(&mut self, sign: &str) -> bool {
        let found = self.peek_sign(sign);
        self.at += usize::from(found);
        found
    }

    pub(super) fn next(&mut self) -> Option<&'a Token> {
        self.at += 1;
        self.tokens.get(self.at - 1)
    }

    pub(super) fn word(&mut self) -> Option<&'a str> {
        match self.next() {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    pub(super) fn ended(&self) -> Result<(), Unclear> {
        if self.at >= self.tokens.len() { Ok(()) } else { Err(Unclear) }
    }
}
