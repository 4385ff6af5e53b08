//! Content lines: escaping, folding, parameters.
