//! The files of the sites that are edited and built again in `increment`, each with the states it may be in; they use what
//! a build must remember the use of: lists, look-ups, data, feeds, translations. No test stands here.

/// A file with the states it may be in; nothing is a state too.
pub(crate) type Source = (&'static str, &'static [Option<&'static str>]);

/// What both dialects share.
pub(crate) const SHARED: &[Source] = &[
    (
        "content/_index.md",
        &[Some("+++\ntitle = \"Accueil\"\n+++\nBienvenue.\n"), Some("+++\ntitle = \"Maison\"\n+++\n"), None],
    ),
    ("content/_index.fr.md", &[Some("+++\n+++\nBonjour.\n"), None]),
    (
        "content/posts/_index.md",
        &[
            Some("+++\ntitle = \"Posts\"\nsort_by = \"date\"\npaginate_by = 2\ngenerate_feeds = true\n+++\nListe.\n"),
            Some("+++\ntitle = \"Posts\"\nsort_by = \"title\"\n+++\nListe.\n"),
            Some("+++\ntitle = \"P\"\nsort_by = \"date\"\npage_template = \"other.html\"\n+++\n"),
        ],
    ),
    (
        "content/posts/un.md",
        &[
            Some(
                "+++\ntitle = \"Un\"\ndate = 2024-01-01\n[taxonomies]\ntags = [\"mer\", \"sel\"]\n+++\n## Cap\n\nVers [deux](@/posts/deux.md#quai).\n",
            ),
            Some(
                "+++\ntitle = \"Un\"\ndate = 2024-01-01\n[taxonomies]\ntags = [\"mer\", \"sel\"]\n+++\n## Cap\n\nAutre corps.\n<!-- more -->\nSuite.\n",
            ),
            Some(
                "+++\ntitle = \"Un bis\"\ndate = 2024-03-01\n[extra]\na = 1\n[taxonomies]\ntags = [\"Mer\"]\n+++\nCorps.\n",
            ),
            Some("+++\ntitle = \"Un bis\"\ndate = 2024-03-01\ndraft = true\n[extra]\na = true\n+++\nCorps.\n"),
            Some("+++\ntitle = \"Un\n+++\n"),
            None,
        ],
    ),
    (
        "content/posts/deux.md",
        &[
            Some(
                "+++\ntitle = \"Deux\"\ndate = 2024-02-01\n[taxonomies]\ntags = [\"mer\"]\n+++\n## Quai\n\nTexte deux.\n",
            ),
            Some(
                "+++\ntitle = \"Deux\"\ndate = 2024-02-01\nslug = \"second\"\n[taxonomies]\ntags = [\"mer\"]\n+++\n## Quai\n\nTexte deux.\n",
            ),
            Some(
                "+++\ntitle = \"Deux\"\ndate = 2024-02-01\n[taxonomies]\ntags = [\"mer\"]\n+++\n## Autre\n\nTexte deux.\n",
            ),
            Some(
                "+++\ntitle = \"Deux\"\ndate = 2024-02-01\naliases = [\"vieux\"]\n+++\n## Quai\n\nUn texte qui change.\n",
            ),
        ],
    ),
    ("content/posts/deux.fr.md", &[None, Some("+++\ntitle = \"Deux en français\"\ndate = 2024-02-01\n+++\nTexte.\n")]),
    (
        "content/posts/trois/index.md",
        &[
            Some("+++\ntitle = \"Trois\"\ndate = 2024-01-15\n+++\nImage ![x](a.txt) et [un](@/posts/deux.md).\n"),
            Some("+++\ntitle = \"Trois\"\ndate = 2024-01-15\nrender = false\n+++\nImage.\n"),
            None,
        ],
    ),
    ("content/posts/trois/a.txt", &[Some("un"), Some("deux"), None]),
    ("content/vieux.md", &[None, Some("+++\ntitle = \"Ancien\"\n+++\nAu même endroit qu’un alias.\n")]),
    ("data/ports.toml", &[Some("[[port]]\nnom = \"Brest\"\n"), Some("[[port]]\nnom = \"Dieppe\"\n"), None]),
    ("static/site.js", &[Some("let a = 1;"), Some("let a = 2;"), None]),
    ("static/robots.txt", &[None, Some("User-agent: x")]),
    ("static/site.css", &[None, Some("a{b:c}")]),
    ("sass/site.scss", &[Some("@import \"mer\";\nbody { color: $mer; }\n"), Some("body { color: red; }\n"), None]),
    ("sass/_mer.scss", &[Some("$mer: blue;\n"), Some("$mer: navy;\n")]),
    ("sass/mer.scss", &[None, Some("$mer: teal;\n")]),
    (
        "zola.toml",
        &[
            Some(
                "base_url = \"https://exemple.test\"\ntitle = \"Essai\"\ncompile_sass = true\nbuild_search_index = true\ngenerate_feeds = true\nfeed_limit = 2\ntaxonomies = [{ name = \"tags\", feed = true, paginate_by = 1 }]\n[languages.fr]\n[search]\nindex_format = \"fuse_json\"\n",
            ),
            Some(
                "base_url = \"https://exemple.test/sous\"\ntitle = \"Autre\"\ncompile_sass = true\ntaxonomies = [{ name = \"tags\" }]\n[languages.fr]\ngenerate_feeds = true\n[markdown]\nsmart_punctuation = true\ninsert_anchor_links = \"left\"\n",
            ),
        ],
    ),
    (
        "templates/index.html",
        &[
            Some(
                "{% extends \"base.html\" %}{% block main %}{{ section.content | safe }}{% set p = load_data(path=\"data/ports.toml\", required=false) %}{% if p %}{% for x in p.port %}{{ x.nom }}{% endfor %}{% endif %}{% endblock main %}",
            ),
            Some(
                "{% extends \"base.html\" %}{% block main %}<b>{{ section.title | default(value=\"-\") }}</b>{% endblock main %}",
            ),
        ],
    ),
    (
        "templates/section.html",
        &[
            Some(
                "{% extends \"base.html\" %}{% block main %}{% if paginator %}{{ paginator.current_index }}/{{ paginator.number_pagers }}{% for p in paginator.pages %}<i>{{ p.title }}</i>{% endfor %}{% else %}{% for page in section.pages %}{% if page.summary %}{{ page.summary | safe }}{% endif %}{{ page.word_count }}{% endfor %}{% endif %}{% endblock main %}",
            ),
            Some(
                "{% for p in section.pages %}{{ p.title }}{% if p.higher %}<{{ p.higher.title }}{% endif %}{{ p.content | safe }}{% endfor %}",
            ),
            None,
        ],
    ),
    ("templates/tags/list.html", &[Some("{% for t in terms %}{{ t.name }} {{ t.pages | length }};{% endfor %}"), None]),
    ("templates/tags/single.html", &[Some("{{ term.name }}{% for p in term.pages %}{{ p.permalink }}{% endfor %}")]),
    ("templates/taxonomy_list.html", &[Some("{{ taxonomy.name }}")]),
    ("templates/robots.txt", &[None, Some("Sitemap: {{ get_url(path=\"sitemap.xml\") }}")]),
    ("templates/anchor-link.html", &[None, Some("<a href=\"#{{ id }}\">#</a>")]),
];

/// Tera 2: components, content as a template.
pub(crate) const NEWER: &[Source] = &[
    ("repere.toml", &[Some("dialect = \"0.23\"\n")]),
    (
        "templates/base.html",
        &[
            Some(
                "<title>{% block title %}{{ config.title }}{% endblock title %}</title>{% block main %}{% endblock main %}<aside>{% set posts = get_section(path=\"posts/_index.md\", lang=\"en\") %}{% for p in posts.pages[:2] %}<a href=\"{{ p.permalink | safe }}\">{{ p.title }}</a>{% endfor %}{% if posts.lower %}<{{ posts.lower.title }}{% endif %}{% if posts.higher %}>{{ posts.higher.title }}{% endif %}{% set tags = get_taxonomy(kind=\"tags\", lang=\"en\") %}{% for t in tags.items %}{{ t.name }} ({{ t.page_count }}){% endfor %}</aside>{{ now() | date(format=\"%Y\") }}",
            ),
            Some("{% block main %}{% endblock main %}{% include \"side.html\" %}"),
        ],
    ),
    (
        "templates/side.html",
        &[
            Some(
                "{% set d = get_page(path=\"posts/deux.md\", lang=\"en\") %}{{ d.title }} {{ d.reading_time }}{% for b in d.backlinks %}<{{ b.title }}>{% endfor %}",
            ),
            Some("{% set d = get_page(path=\"posts/deux.md\", lang=\"en\") %}{{ d | json_encode | safe }}"),
        ],
    ),
    (
        "templates/page.html",
        &[
            Some(
                "{% extends \"base.html\" %}{% block title %}{{ page.title }}{% endblock title %}{% block main %}{{ page.content | safe }}{% for t in page.translations %}{{ t.lang }}={{ t.title }}{% endfor %}{% if page.lower %}<{{ page.lower.title }}{% endif %}{% for b in page.backlinks %}@{{ b.permalink }}{% endfor %}{{ page.extra | json_encode | safe }}{{<card p={page} />}}{% endblock main %}",
            ),
            Some(
                "{{ page.toc | length }}{{ get_url(path=\"@/posts/deux.md\") }}{{ page.higher?.summary or \"rien\" }}",
            ),
        ],
    ),
    ("templates/other.html", &[Some("<p>{{ page.title }}</p>{{<card p={page} />}}")]),
    (
        "templates/card.html",
        &[
            Some("{% component card(p) %}<b>{{ p.title }}</b>{% endcomponent card %}"),
            Some(
                "{% component card(p) %}<u>{{ p.word_count }}</u>{% endcomponent card %}{% component port() %}{% set d = load_data(path=\"data/ports.toml\", required=false) %}{% if d %}{{ d.port[0].nom }}{% endif %}{% endcomponent port %}",
            ),
        ],
    ),
    (
        "content/posts/appel.md",
        &[
            None,
            Some(
                "+++\ntitle = \"Appel\"\ndate = 2024-05-01\n+++\n{{ get_url(path=\"@/posts/deux.md\") }} {{ page.title }} {{ config.title }}\n",
            ),
            Some("+++\ntitle = \"Appel\"\ndate = 2024-05-01\n+++\n{{<port />}} {{ get_hash(path=\"site.js\") }}\n"),
        ],
    ),
];

/// Tera 1: macros, shortcodes.
pub(crate) const OLDER: &[Source] = &[
    ("repere.toml", &[Some("dialect = \"0.22\"\n")]),
    (
        "templates/base.html",
        &[
            Some(
                "{% import \"m.html\" as m %}<title>{% block title %}{{ config.title }}{% endblock title %}</title>{% block main %}{% endblock main %}<aside>{% set posts = get_section(path=\"posts/_index.md\", lang=\"en\") %}{% for p in posts.pages | slice(end=2) %}{{ m::lien(page=p) }}{% endfor %}{% set tags = get_taxonomy(kind=\"tags\", lang=\"en\") %}{% for t in tags.items %}{{ t.name }} ({{ t.pages | length }}){% endfor %}</aside>{{ now() | date(format=\"%Y\") }}",
            ),
            Some("{% block main %}{% endblock main %}{% include \"side.html\" %}"),
        ],
    ),
    (
        "templates/m.html",
        &[
            Some(
                "{% macro lien(page) %}<a href=\"{{ page.permalink | safe }}\">{{ page.title }}</a>{% endmacro lien %}",
            ),
            Some("{% macro lien(page) %}<a>{{ page.word_count }}</a>{% endmacro lien %}"),
        ],
    ),
    (
        "templates/side.html",
        &[
            Some(
                "{% set d = get_page(path=\"posts/deux.md\", lang=\"en\") %}{{ d.title }} {{ d.reading_time }}{% for b in d.backlinks %}<{{ b.title }}>{% endfor %}",
            ),
            Some("{% set d = get_page(path=\"posts/deux.md\", lang=\"en\") %}{{ d | get(key=\"content\") | safe }}"),
        ],
    ),
    (
        "templates/page.html",
        &[
            Some(
                "{% extends \"base.html\" %}{% block title %}{{ page.title }}{% endblock title %}{% block main %}{{ page.content | safe }}{% for t in page.translations %}{{ t.lang }}={{ t.title }}{% endfor %}{% if page.lower %}<{{ page.lower.title }}{% endif %}{% for b in page.backlinks %}@{{ b.permalink }}{% endfor %}{{ page.extra | json_encode | safe }}{% endblock main %}",
            ),
            Some(
                "{{ page.toc | length }}{{ get_url(path=\"@/posts/deux.md\") }}{% if page.higher %}{{ page.higher.summary | default(value=\"rien\") }}{% endif %}",
            ),
        ],
    ),
    ("templates/other.html", &[Some("<p>{{ page.title }}</p>{% for k, v in page %}{{ k }}{% endfor %}")]),
    (
        "templates/shortcodes/port.html",
        &[
            Some(
                "{% set d = load_data(path=\"data/ports.toml\", required=false) %}<s>{% if d %}{{ d.port.0.nom }}{% endif %}</s>",
            ),
            Some("<s>{{ get_url(path=\"@/posts/deux.md\") }}{{ page.title }}</s>"),
        ],
    ),
    (
        "content/posts/appel.md",
        &[None, Some("+++\ntitle = \"Appel\"\ndate = 2024-05-01\n+++\nAvant {{ port() }} après.\n")],
    ),
];
