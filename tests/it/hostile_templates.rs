//! Templates of the older dialect that would fill memory or never end: told in a sentence, or built.

use crate::hostile::{built, older, refused};

#[test]
fn texts_and_lists_that_double() {
    let twice = |what: &str| {
        format!("{{% set a = {what} %}}{{% for i in range(end=40) %}}{{% set_global a = a ~ a %}}{{% endfor %}}")
    };
    refused(&older(&twice("'xxxxxxxxxx'")), "more than 100 million characters");
    let list = "{% set a = [1] %}{% for i in range(end=40) %}{% set_global a = a | concat(with=a) %}{% endfor %}";
    refused(&older(list), "more than 20 million items");
    let calls = "{% macro m(n) %}{{ self::m(n=n ~ n) }}{% endmacro %}{{ self::m(n='x') }}";
    refused(&older(calls), "more than 100 million characters");
    let long = "{% set a = 'xxxxxxxx' %}{% for i in range(end=20) %}{% set_global a = a ~ a %}{% endfor %}";
    for filter in [
        "replace(from='x', to=a)",
        "replace(from='', to='yyyyyyyyyyyyyyyy')",
        "regex_replace(pattern='x', rep=a)",
        "indent(prefix=a ~ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a)",
    ] {
        refused(&older(&format!("{long}{{{{ a | {filter} | length }}}}")), "more than 100 million characters");
    }
    refused(&older(&format!("{long}{{{{ a | split(pat='') | length }}}}")), "more than 5 million pieces");
    refused(&older(&format!("{long}{{% for c in a %}}x{{% endfor %}}")), "more than 5 million pieces");
    refused(&older(&format!("{long}{{{{ range(end=1000) | join(sep=a) | length }}}}")), "100 million characters");
    let nested = "{% set a = [1] %}{% for i in range(end=60) %}{% set_global a = [a, a] %}{% endfor %}";
    refused(&older(&format!("{nested}{{{{ a }}}}")), "more than 20 million items");
    refused(&older(&format!("{nested}{{{{ a | json_encode }}}}")), "more than 20 million items");
    built(&older(&format!("{nested}{{% if a == a %}}x{{% endif %}}")));
    // None is kept: what is made counts.
    let many = "{% for i in range(end=1000) %}{% set b = a ~ i %}{% endfor %}";
    refused(&older(&format!("{long}{many}")), "more than 2048 million characters");
}

#[test]
fn calls_inside_calls() {
    let count = |n: usize| {
        format!(
            "{{% macro m(n) %}}{{% if n > 0 %}}{{{{ self::m(n=n-1) }}}}{{% endif %}}{{% endmacro %}}{{{{ self::m(n={n}) }}}}"
        )
    };
    built(&older(&count(4_000)));
    refused(&older(&count(6_000)), "5000 templates and macros stand inside each other");
}
