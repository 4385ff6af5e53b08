//! What is read off templates, sentence by sentence.

use super::analysis::fields;
use super::template::Template;
use super::{Clock, Fields};

fn read(texts: &[&str]) -> (Fields, Clock) {
    let templates: Vec<Template> = texts.iter().map(|text| Template::read(text, true)).collect();
    fields(&templates.iter().collect::<Vec<_>>())
}

const NOTHING: Fields = Fields(0);

#[test]
fn a_page_may_show_its_own_body() {
    assert_eq!(read(&["{{ page.title }} {{ page.content | safe }}{% if page.toc %}x{% endif %}"]).0, NOTHING);
    assert_eq!(read(&["{% if page.lower %}{{ page.lower.title }}{% endif %}"]).0, NOTHING);
    assert_eq!(read(&["{{ page.lower.summary }}"]).0, Fields::SUMMARY);
}

#[test]
fn a_sidebar_of_titles_reads_no_body() {
    let side = r#"{% set posts = get_section(path="posts/_index.md") %}{% for p in posts.pages[:10] %}
        <a href="{{ p.permalink | safe }}">{{ p.title | default(value="x") }}</a>{% endfor %}
        {% set tags = get_taxonomy(kind="tags") %}{% for t in tags.items %}{{ t.name }} ({{ t.page_count }}){% endfor %}
        {{ section.pages | length }}{% set title = page.title %}{{ title }}"#;
    assert_eq!(read(&[side, "{{ page.content }}"]).0, NOTHING);
    assert_eq!(read(&["{% for p in pages | slice(end=3) %}{{ p.title }}{% endfor %}"]).0, NOTHING);
}

#[test]
fn what_stands_in_for_a_value_is_shown_whole() {
    for text in [
        "{% for p in pages %}{% set q = page.extra | get(key='zz', default=p) %}{{ q | json_encode }}{% endfor %}",
        "{% for p in pages %}{{ get_env(name='NO', default=p) }}{% endfor %}",
        "{% for p in pages %}{% set m = {'title': p} %}{{ m.title }}{% endfor %}",
    ] {
        assert_eq!(read(&[text]).0, Fields::ALL, "{text}");
    }
    assert_eq!(read(&["{{ page.extra | get(key='zz', default='x') }}{{ {'title': page.title} }}"]).0, NOTHING);
}

#[test]
fn the_name_of_a_loop_holds_there_alone() {
    let tags = "{% for t in page.taxonomies.tags %}{{ t }}{% endfor %}";
    let cloud = "{% set tags = get_taxonomy(kind='tags') %}{% for t in tags.items %}{{ t.name }}{% endfor %}";
    assert_eq!(read(&[tags, cloud]).0, NOTHING);
    let list = "{% for page in section.pages %}{{ page.title }}{% else %}{{ page.toc }}{% endfor %}";
    assert_eq!(read(&[list, "{{ page.content }}"]).0, NOTHING);
    let card = "{% macro card(page) %}{{ page.title }}{% endmacro %}";
    assert_eq!(read(&[card, "{{ m::card(page=section.pages[0]) }}{{ page.content }}"]).0, NOTHING);
}

#[test]
fn another_template_in_a_loop_sees_its_name() {
    let list = "{% for page in section.pages %}{% include 'card.html' %}{% endfor %}";
    assert_eq!(read(&[list, "{{ page.summary }}"]).0, Fields::SUMMARY);
    let parent = "{% for page in section.pages %}{% block card %}{% endblock %}{% endfor %}";
    assert_eq!(read(&["{% block card %}{{ page.content }}{% endblock %}", parent]).0, Fields::CONTENT);
    let child = "{% block card %}{% for page in section.pages %}{{ super() }}{% endfor %}{% endblock %}";
    assert_eq!(read(&[child, "{% block card %}{{ page.content }}{% endblock %}"]).0, Fields::CONTENT);
    let within = "{% for t in ['x'] %}{{ [t for t in section.pages] | json_encode }}{% endfor %}";
    assert_eq!(read(&[within]).0, Fields::ALL);
    let inside = "{% macro card(page) %}{% include 'card.html' %}{% endmacro %}{{ m::card(page=p) }}";
    assert_eq!(read(&[inside, "{{ page.toc }}"]).0, Fields::TOC);
    assert_eq!(read(&["{% for t in [1] %}{% set t = page %}{{ t }}{% endfor %}"]).0, Fields::ALL);
}

#[test]
fn a_list_of_summaries_reads_them() {
    assert_eq!(read(&["{% for page in section.pages %}{{ page.summary | safe }}{% endfor %}"]).0, Fields::SUMMARY);
    let card = "{% macro card(page) %}{{ page.word_count }}{% endmacro %}";
    assert_eq!(read(&[card, "{{ m::card(page=p) }}"]).0, Fields::WORDS);
    assert_eq!(read(&[r#"{{ section.pages | sort(attribute="reading_time") | length }}"#]).0, Fields::WORDS);
    assert_eq!(read(&[r#"{% for p in pages %}{{ p["content"] }}{% endfor %}"#]).0, Fields::CONTENT);
}

#[test]
fn whatever_could_show_a_field_without_naming_it_reads_everything() {
    for text in [
        "{{ page }}",
        "{{ page | json_encode | safe }}",
        "{% for p in section.pages %}{{ p }}{% endfor %}",
        "{% for p in section.pages %}{{ p[name] }}{% endfor %}",
        "{% for k, v in page %}{{ k }}{% endfor %}",
        "{% set x = page %}{% set y = x %}{{ y ~ '' }}",
        "{% if page == section.pages[0] %}x{% endif %}",
        "{{ section.pages | sort(attribute=by) | length }}",
        "{% set m = {'a': page} %}{{ m.a }}",
        "{{<card p={page} />}}{% component card(p) %}{{ p }}{% endcomponent %}",
        "{% component card(...rest) %}{% endcomponent %}",
        "{{ __tera_context }}",
        "{% set all = [page] %}{{ all }}",
        "{% for p in [x for x in section.pages] %}{{ p }}{% endfor %}",
        "{% unheard of %}",
    ] {
        assert_eq!(read(&[text]).0, Fields::ALL, "{text}");
    }
}

#[test]
fn groups_are_maps_of_pages() {
    let text = r#"{% set by = section.pages | group_by(attribute="year") %}{% for year, posts in by %}{{ year }}
        {% for p in posts %}{{ p.title }}{% endfor %}{% endfor %}"#;
    assert_eq!(read(&[text]).0, NOTHING);
    assert_eq!(read(&[&text.replace("{{ year }}", "{{ posts }}")]).0, Fields::ALL);
}

#[test]
fn a_year_is_no_moment() {
    assert_eq!(read(&[r#"{{ now() | date(format="%Y") }}"#]).1, Clock::Day);
    assert_eq!(read(&[r#"{{ now(utc=true) | date(format="%H") }}"#]).1, Clock::Moment);
    assert_eq!(read(&[r#"{{ now(utc=true) | date(format="%Y-%m-%d") }}"#]).1, Clock::Moment);
    assert_eq!(read(&["{{ now(timestamp=true) }}"]).1, Clock::Moment);
}

#[test]
fn comments_and_raw_text_say_nothing() {
    assert_eq!(read(&["{# {{ p.content }} #}{% raw %}{{ \" {% endraw %}{{ page.title }}"]).0, NOTHING);
    assert_eq!(read(&["{{ \"}}\" ~ p.content }}"]).0, Fields::CONTENT);
}

#[test]
fn components_are_followed_with_what_they_are_given() {
    let card = "{% component card(p, label: string = \"x\") %}{{ label }}{{ p.title }}{% endcomponent %}";
    let list = "{% for p in section.pages %}{{<card p={p} label=\"Lire\" />}}{% endfor %}";
    assert_eq!(read(&[card, list]).0, NOTHING);
}
