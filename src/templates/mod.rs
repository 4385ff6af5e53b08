//! The template engine behind one `Renderer`; the only module that names tera.
