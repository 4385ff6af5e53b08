//! Our own running of templates against Tera 1's: the same text, or a fault in both.

use serde_json::{Value as Json, json};
use tera::Value;

use super::{Engine, run};
use crate::templates::{Renderer, load};

/// An engine with these templates, beside Tera 1 with the same.
pub(super) fn engines(templates: &[(&str, &str)]) -> (std::sync::Arc<Engine>, tera1::Tera) {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("zola.toml"), "base_url = \"https://a.test\"").unwrap();
    std::fs::write(place.path().join("repere.toml"), "dialect = \"0.22\"").unwrap();
    std::fs::create_dir(place.path().join("templates")).unwrap();
    for (name, text) in templates {
        std::fs::write(place.path().join("templates").join(name), text).unwrap();
    }
    let (loaded, _) = crate::config::load(place.path(), None).unwrap();
    let renderer = Renderer::load(&std::sync::Arc::new(loaded), None).unwrap();
    let crate::templates::Engine::Older(engine) = renderer.engine else { panic!("the other dialect") };
    let mut theirs = tera1::Tera::default();
    theirs.add_raw_templates(templates.iter().copied()).unwrap();
    assert!(engine.names().any(|name| name.starts_with(load::BUILTIN)));
    (engine, theirs)
}

pub(super) fn context() -> Json {
    json!({
        "n": 3, "zero": 0, "half": 0.5, "whole": 2.0, "minus": -7, "big": 9_007_199_254_740_993_i64,
        "s": "a<b> & 'c'/\"d\"", "empty": "", "yes": true, "no": false, "nothing": null,
        "list": [3, 1, 2], "words": ["b", "a", "é"], "none": [],
        "map": {"b": 1, "a": {"deep": ["x", {"y": "<i>"}]}, "k.e y": "dotted", "list": "L"},
        "key": "a", "which": 1, "pages": [
            {"title": "B & b", "year": 2020, "tags": ["x"], "draft": false, "date": "2020-02-03"},
            {"title": "A", "year": 2021, "tags": [], "draft": true, "date": null},
            {"title": "C", "year": 2020, "tags": ["x", "y"], "draft": false, "date": "2021-01-02T03:04:05Z"},
        ],
    })
}

const SNIPPETS: &[&str] = &[
    "{{ s }} {{ s | safe }} {{ s | upper }} {{ s | upper | safe }} {{ s | safe | upper }} {{ s | escape }}",
    "{{ n }} {{ half }} {{ whole }} {{ minus }} {{ big }} {{ yes }} {{ no }} {{ nothing }}|{{ list }} {{ words }} {{ map }} {{ pages }}",
    "{{ nope }}",
    "{{ map.nope }}",
    "{{ nope.nope }}",
    "{{ list.9 }}",
    "{{ map.a.deep.1.y }}",
    "{{ map.a.deep[1].y | safe }}",
    "{{ map['k.e y'] }} {{ map[\"k.e y\"] }} {{ map[key].deep[0] }} {{ list[which] }}",
    "{{ map[key]['deep'][which].y }}",
    "{{ list[half] }}",
    "{{ map[yes] }}",
    "{{ map[list] }}",
    "{{ words[0] ~ words.1 }}",
    "{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 / 2 }} {{ 6 / 2 }} {{ 7 % 4 }} {{ minus % 4 }} {{ 1.5 + 1.5 }} {{ n - half }} {{ -3 + 1 }}",
    "{{ 0 / 0 }} {{ 1 / 0 }} {{ zero / zero }}",
    "{{ n % 0 }}",
    "{{ 9223372036854775807 + 1 }}",
    "{{ s + 1 }}",
    "{{ big * big }}",
    "{{ whole * 2 }} {{ half * 2 }} {{ n * whole }} {{ 10 / whole }}",
    "{{ n + list | length }}",
    "{{ list | length + 1 }}",
    "{{ 'a' ~ 'b' ~ 1 ~ 2.5 ~ n ~ s }}",
    "{{ 'a' ~ list }}",
    "{{ 'a' ~ nope }}",
    "{{ 'a' ~ half ~ whole }}",
    "{{ \"a<b\" }} {{ 'a\"b' }} {{ `a'b` }} {{ '<' | safe }} {{ ['<', s] }} {{ ['<', s] | join(sep=' & ') }} {{ [1, 'a', n] | length }}",
    "{{ nope | default(value='d<') }} {{ nothing | default(value='e<') }} {{ s | default(value='f') }} {{ empty | default(value='g') }}",
    "{{ nope | default(value=n) + 1 }}",
    "{{ nope | default(value=list) | first }}",
    "{{ nope | default }}",
    "{{ nope | upper | default(value='x') }}",
    "{{ nope | default(value='a<') | upper }} {{ nope | default(value='a<') | safe }} {{ nope | default(value=other) }}",
    "{{ not yes }} {{ not nope }} {{ not list }} {{ not nope.x }} {{ not s | upper }} {{ not nothing }}",
    "{% if yes and no or yes %}1{% endif %}{% if not no and not nope %}2{% endif %}{% if nope %}3{% elif map.b %}4{% else %}5{% endif %}",
    "{% set y = not yes %}{{ y }}{% set y = not nope %}{{ y }}",
    "{% if range(end=2) %}{% endif %}",
    "{{ map[nope] }}",
    "{% if nope | upper %}a{% else %}b{% endif %}{% if not nope | upper %}a{% else %}b{% endif %}{% if s | upper %}c{% endif %}",
    "{% if not no | upper %}a{% else %}b{% endif %}{% if not s | upper %}a{% else %}b{% endif %}",
    "{% if 1 == 1.0 %}a{% endif %}{% if n == '3' %}b{% endif %}{% if n != '3' %}c{% endif %}{% if not n == '3' %}d{% endif %}",
    "{% set l = [3, 1, 2] %}{% if list == l %}a{% endif %}{% set l = [3.0, 1, 2] %}{% if list == l %}b{% endif %}{% if nothing == nothing %}c{% endif %}{% if s == \"a<b> & 'c'/\" %}d{% endif %}",
    "{% if '<' == '<' %}a{% endif %}{% if s != 'x' %}b{% endif %}{% if yes == true %}c{% endif %}{% if map == map %}d{% endif %}",
    "{% if n > 2 and n >= 3 and n < 4 and n <= 3 %}a{% endif %}{% if list | length > 2 %}b{% endif %}{% if n + 1 > 3 %}c{% endif %}",
    "{% if s > 1 %}{% endif %}",
    "{% if 0 / 0 > 1 %}{% endif %}",
    "{% if nope > 1 %}{% endif %}",
    "{% if 0 %}a{% else %}b{% endif %}{% if 0.0 %}a{% else %}b{% endif %}{% if n - 3 %}a{% else %}b{% endif %}",
    "{% if 'a' in words %}a{% endif %}{% if 'z' not in words %}b{% endif %}{% if 'a<' in s %}c{% endif %}{% if 'b' in map %}d{% endif %}{% if n in [1, 3] %}e{% endif %}{% if not 'z' in words %}f{% endif %}",
    "{% if 1 in s %}{% endif %}",
    "{% if 'a' in n %}{% endif %}",
    "{% if 'a' in nope %}{% endif %}",
    "{% if 3.0 in list %}a{% else %}b{% endif %}",
    "{% if n is odd %}a{% endif %}{% if n is not even %}b{% endif %}{% if nope is defined %}c{% endif %}{% if nope is undefined %}d{% endif %}{% if map.nope is not defined %}e{% endif %}{% if nothing is defined %}f{% endif %}",
    "{% if s is string and n is number and list is iterable and map is iterable and map is object %}a{% endif %}{% if s is iterable %}b{% endif %}",
    "{% if s is starting_with('a<') %}a{% endif %}{% if s is ending_with('x') %}b{% endif %}{% if s is containing('&') %}c{% endif %}{% if list is containing(2) %}d{% endif %}{% if map is containing('a') %}e{% endif %}{% if s is matching('^a') %}f{% endif %}{% if n is divisibleby(3) %}g{% endif %}",
    "{% if s is odd %}{% endif %}",
    "{% if nope is string %}{% endif %}",
    "{% if n is defined(1) %}{% endif %}",
    "{% if s is nothing_known %}{% endif %}",
    "{{ n is odd }} {{ not n is odd }}",
    "{% for x in list %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ x }};{% endfor %}",
    "{% for k, v in map %}{{ k }}={{ v }};{% endfor %}{% for x in none %}a{% else %}b{% endfor %}{% for c in s | upper %}{{ c }}.{% endfor %}{% for c in empty %}x{% endfor %}",
    "{% for x in map %}{% endfor %}",
    "{% for k, v in list %}{% endfor %}",
    "{% for x in n %}{% endfor %}",
    "{% for x in nope %}{% endfor %}",
    "{% for x in nothing %}{% endfor %}",
    "{% for x in [1, 2, 3, 4] %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 4 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in list %}{% for y in words %}{{ loop.index }}{{ x }}{{ y }} {% if y == 'a' %}{% break %}{% endif %}{% endfor %}{{ loop.index }}{% endfor %}",
    "{% for p in pages | filter(attribute='year', value=2020) | sort(attribute='title') %}{{ p.title }}{% endfor %}{% for p in pages | slice(end=1) %}{{ p.title }}{% endfor %}",
    "{% for y, ps in pages | group_by(attribute='year') %}{{ y }}:{% for p in ps %}{{ p.title }},{% endfor %}{% endfor %}",
    "{% set a = 1 %}{% for x in list %}{% set a = a + x %}{{ a }}{% endfor %}{{ a }}{% for x in list %}{% set_global a = a + x %}{% endfor %}{{ a }}",
    "{% for x in list %}{% if loop.first %}{% set_global f = x %}{% endif %}{% set t = f | default(value=9) %}{{ t }}{% endfor %}{{ f }}{{ t | default(value='gone') }}",
    "{% set map = [1] %}{{ map.a.deep | length }}",
    "{% set list = map %}{{ list.a.deep.0 }}{% for x in list.a.deep %}{{ x }}{% endfor %}",
    "{% set x = s %}{{ x }}{% set y = s | upper | safe %}{{ y }}{% set z = '<' %}{{ z }}{{ z | safe }}{% set w = ['<'] %}{{ w.0 }}",
    "{% filter upper %}a{{ s }}{% if yes %}b{% endif %}{% endfilter %}{% filter safe %}<{% endfilter %}",
    "{% for x in list %}{% filter upper %}a{% if x == 1 %}b{% endif %}{% endfilter %}{% endfor %}",
    "{% raw %}{{ no }}{% endraw %}{# no #}a {%- if yes -%} b {%- endif -%} c {{- n -}} d",
    "{{ range(end=3) }} {{ range(start=1, end=6, step_by=2) | last }}{% for i in range(end=2) %}{{ i }}{% endfor %}",
    "{{ range() }}",
    "{{ throw(message='halt') }}",
    "{{ pages | map(attribute='title') | join(sep=', ') }} {{ pages | first }} {{ list | last }} {{ list | nth(n=1) }} {{ none | first }}",
    "{{ pages[0].date | date }} {{ pages[2].date | date(format='%d/%m/%Y %H:%M') }} {{ pages.0.date | date(format='%B', locale='fr_FR') }} {{ pages.1.date | date }}",
    "{{ s | replace(from='<', to='[') }} {{ s | split(pat=' ') }} {{ 'a,b' | split(pat=',') | reverse }} {{ s | truncate(length=3) }} {{ s | length }} {{ 'été' | length }} {{ map | length }}",
    "{{ list | json_encode }} {{ map | json_encode(pretty=true) | safe }} {{ s | json_encode | safe }} {{ half | json_encode }} {{ whole | json_encode }} {{ whole | as_str }}",
    "{{ map | get(key='b') }} {{ map | get(key='z', default='d') }}",
    "{{ map | get(key='z') }}",
    "{{ n | round }} {{ half | round(method='ceil') }} {{ '12' | int }} {{ '1.5' | float }} {{ n | pluralize }} {{ minus | abs }}",
    "{{ s | slugify }} {{ s | striptags }} {{ s | urlencode }} {{ 'a b' | title }} {{ s | addslashes }} {{ 'a\nb' | linebreaksbr | safe }} {{ 'x' | indent }} {{ 1024 | filesizeformat }}",
    "{{ s | nofilter }}",
    "{{ nofunction() }}",
    "{{ list | upper }}",
    "{{ n | first }}",
    "{{ list | concat(with=4) | concat(with=[5, 6]) | unique | join(sep='') }}",
    "{{ pages | sort(attribute='date') | length }}",
    "{{ pages | sort(attribute='draft') | map(attribute='title') }} {{ words | sort | reverse }} {{ pages | sort(attribute='tags') | map(attribute='title') }}",
    "{% if 'a' ~ 'b' %}a{% endif %}{% if '' %}b{% endif %}{% if 'x' %}c{% endif %}{% if true %}d{% endif %}",
    "{% set x = yes and nope %}{{ x }}{% set x = n == 3 %}{{ x }}{% set x = n in list %}{{ x }}{% set x = n is odd %}{{ x }}{% set x = 1 + 1 %}{{ x }}{{ yes or nope }}",
    "{{ __tera_context }}",
    "{% set q = 1 %}{% for x in words %}{{ __tera_context | safe }}{% endfor %}",
    "{{ loop.index }}",
    "{% for x in words %}{{ loop.nothing }}{% endfor %}",
    "{{ map.list }}{{ list.0 }}{{ words.2 }}{{ list.01 }}",
    "{{ true }} {{ True }} {{ false }} {{ 1.0 }} {{ -1 }} {{ 100000000000000000000.0 }} {{ 0.1 + 0.2 }}",
    "{% include 'nope' ignore missing %}{% include ['nope', 'nope2'] ignore missing %}",
    "{% include 'nope' %}",
];

#[track_caller]
fn compare(templates: &[(&str, &str)], name: &str, context: &Json) {
    let (ours, theirs) = engines(templates);
    let known: run::Known = context
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), Value::from_serializable(value)))
        .collect();
    let ours = ours.run(name, &known, &crate::templates::Context::new()).map_err(|fault| fault.message);
    let theirs = theirs.render(name, &tera1::Context::from_value(context.clone()).unwrap());
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{templates:?}"),
        (Err(_), Err(_)) => {}
        _ => panic!("{templates:?}: ours {ours:?}, theirs {theirs:?}"),
    }
}

#[test]
fn expressions_and_statements() {
    let context = context();
    let named: Vec<(String, &str)> = SNIPPETS
        .iter()
        .enumerate()
        .map(|(at, text)| (format!("{at}.{}", if at % 7 == 6 { "txt" } else { "html" }), *text))
        .collect();
    let templates: Vec<(&str, &str)> = named.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let (ours, theirs) = engines(&templates);
    let known: run::Known = context
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), Value::from_serializable(value)))
        .collect();
    let told = tera1::Context::from_value(context).unwrap();
    let mut wrong = Vec::new();
    for (name, text) in templates {
        let ours = ours.run(name, &known, &crate::templates::Context::new()).map_err(|fault| fault.message);
        let theirs = theirs.render(name, &told).map_err(|error| format!("{error:?}"));
        match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) if ours == theirs => {}
            (Err(_), Err(_)) => {}
            _ => wrong.push(format!("{text}\n  ours   {ours:?}\n  theirs {theirs:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn blocks_super_includes_and_macros() {
    let base = "{% import 'm.html' as m %}[{% block a %}a0{% block in %}i0{% endblock %}{% endblock %}]{{ m::f(x='<') }}{% block b %}b0{% endblock b %}{% if yes %}{% block c %}c0{% endblock %}{% endif %}{% set late = 1 %}{{ late }}";
    let middle =
        "{% extends 'base.html' %}{% block a %}a1{{ super() }}{% endblock %}{% block b %}b1{{ super() }}{% endblock %}";
    let leaf = "{% extends 'middle.html' %}{% import 'm.html' as m %}{% block a %}a2{{ super() }}{{ m::f(x=s, y=1) }}{% include 'part.html' %}{% endblock %}{% block in %}i2{{ super() }}{% endblock %}{% block c %}c2{{ super() }}{% endblock %}";
    let macros = "{% import 'n.html' as n %}{% macro f(x, y=2, z='d') %}({{ x }}{{ y }}{{ z }}{{ s }}{{ self::g() }}){% endmacro %}{% macro g() %}{{ n::h() }}{% if yes %}g{% endif %}{% endmacro %}{% macro r(n) %}{{ n }}{% if n > 0 %}{{ self::r(n=n - 1) }}{% endif %}{% endmacro %}";
    let part = "{% set inner = 5 %}{{ inner }}{{ n }}{% for x in list %}{% include 'deep.txt' %}{% endfor %}";
    let all = [
        ("base.html", base),
        ("middle.html", middle),
        ("leaf.html", leaf),
        ("m.html", macros),
        ("n.html", "{% macro h() %}<h>{{ key }}{% endmacro %}"),
        ("part.html", part),
        ("deep.txt", "{{ x }}{{ loop.index }}{{ s }}"),
        (
            "includes.html",
            "{% include 'part.html' %}{{ inner | default(value='no') }}{% include ['nope', 'deep.txt'] %}",
        ),
        ("recursive.html", "{% import 'm.html' as m %}{{ m::r(n=5) }}{% set t = m::f(x='<') %}{{ t }}{{ t | safe }}"),
        ("wrong.html", "{% import 'm.html' as m %}{{ m::f() }}"),
        ("wrong2.html", "{{ m::f(x=1) }}"),
        ("wrong3.html", "{% import 'm.html' as m %}{{ m::nothing() }}"),
        ("wrong4.html", "{% block z %}{{ super() }}{% endblock %}"),
        ("extending.html", "{% include 'leaf.html' %}"),
        (
            "own.html",
            "{% macro f(x) %}{{ x }}{% endmacro %}{{ self::f(x='<a>') }}{% if self::f(x='') %}a{% else %}b{% endif %}",
        ),
        ("blocks.html", "{% block a %}{% set v = 1 %}x{% endblock %}{{ v }}{% include 'middle2.html' %}"),
        ("middle2.html", "{% block a %}in the included{% endblock %}"),
    ];
    for (name, _) in all {
        if name != "deep.txt" {
            compare(&all, name, &context());
        }
    }
}
