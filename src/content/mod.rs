//! Pages, sections, taxonomies and pagination as values: what a site says, before anything is rendered.
