//! pulldown-cmark events to the HTML that Zola writes: headings, links, summaries, code.
