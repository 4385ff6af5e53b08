//! Guides as PDF and kits as ZIP, made from the pages that say the same.
