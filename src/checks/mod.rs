//! Publication checks over the library and the outputs, one file per family.
