//! The two configuration files, read whole and checked: `zola.toml` (Zola's keys) and `repere.toml` (ours).
