//! Arithmetic of Tera 1: whole numbers while they fit, fractions otherwise; a division that comes out even is whole.

use tera::Value;
use tera1::ast::MathOperator;

use super::super::plain;

/// A number of Tera 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Whole(i128),
    Fraction(f64),
}

impl Number {
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value.as_i128() {
            Some(whole) => Some(Self::Whole(whole)),
            None => value.as_f64().map(Self::Fraction),
        }
    }

    pub(super) fn fraction(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Fraction(fraction) => fraction,
        }
    }

    pub(super) fn value(self) -> Value {
        match self {
            Self::Whole(whole) => match i64::try_from(whole) {
                Ok(whole) => Value::from(whole),
                Err(_) => u64::try_from(whole).map_or_else(|_| Value::from(whole as f64), Value::from),
            },
            Self::Fraction(fraction) => Value::from(fraction),
        }
    }
}

/// `a + b` and the others; `None` is no number (0 / 0).
pub(super) fn calculate(a: Number, operator: MathOperator, b: Number) -> Result<Option<Number>, String> {
    if let (Number::Whole(a), Number::Whole(b)) = (a, b)
        && operator != MathOperator::Div
        && let Some(fits) = width(a, b)
    {
        let result = match operator {
            MathOperator::Add => a.checked_add(b),
            MathOperator::Sub => a.checked_sub(b),
            MathOperator::Mul => a.checked_mul(b),
            _ if b == 0 => return Err(format!("{a} cannot be divided by zero")),
            _ => a.checked_rem(b),
        };
        return match result.filter(|result| fits(*result)) {
            Some(result) => Ok(Some(Number::Whole(result))),
            None => Err(format!("{a} {operator} {b} is a number that is too large")),
        };
    }
    let (a, b) = (a.fraction(), b.fraction());
    Ok(match operator {
        MathOperator::Add => fraction(a + b),
        MathOperator::Sub => fraction(a - b),
        MathOperator::Mul => fraction(a * b),
        MathOperator::Modulo => fraction(a % b),
        MathOperator::Div => match a / b {
            result if result.round() == result && result.is_finite() => Some(Number::Whole(i128::from(result as i64))),
            result => fraction(result),
        },
    })
}

/// What a result of two whole numbers must fit into: 64 bits with a sign, or without one when a number needs it; no whole
/// number holds both kinds.
fn width(a: i128, b: i128) -> Option<fn(i128) -> bool> {
    let signed: fn(i128) -> bool = |n| i64::try_from(n).is_ok();
    let unsigned: fn(i128) -> bool = |n| u64::try_from(n).is_ok();
    [signed, unsigned].into_iter().find(|fits| fits(a) && fits(b))
}

fn fraction(result: f64) -> Option<Number> {
    result.is_finite().then_some(Number::Fraction(result))
}

/// Two values as Tera 1 compares them: numbers by what they are worth.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (Number::of(a), Number::of(b)) {
        (Some(a), Some(b)) => a.fraction() == b.fraction(),
        (None, None) => plain::same(a, b),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_division_is_whole() {
        let half = calculate(Number::Whole(3), MathOperator::Div, Number::Whole(2)).unwrap();
        assert_eq!(half, Some(Number::Fraction(1.5)));
        let two = calculate(Number::Whole(4), MathOperator::Div, Number::Whole(2)).unwrap();
        assert_eq!(two, Some(Number::Whole(2)));
        assert_eq!(calculate(Number::Whole(0), MathOperator::Div, Number::Whole(0)), Ok(None));
        assert!(calculate(Number::Whole(1), MathOperator::Modulo, Number::Whole(0)).is_err());
        assert!(calculate(Number::Whole(i128::from(i64::MAX)), MathOperator::Add, Number::Whole(1)).is_err());
        assert!(calculate(Number::Whole(i128::from(u64::MAX)), MathOperator::Add, Number::Whole(1)).is_err());
    }
}
