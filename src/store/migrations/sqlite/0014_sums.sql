-- Figures are added up in memory from what the audit log says has changed: no index has to carry what they count, and a
-- registration no longer writes one for them.

DROP INDEX IF EXISTS sessions_figures;
DROP INDEX IF EXISTS reached_figures;
