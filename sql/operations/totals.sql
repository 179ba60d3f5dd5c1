-- Do the totals that metrics shows say what their rows say? No row: they do.
-- Read-only. Cost: reads every job, version and legacy file, about 1 s for each million.
-- Locks: none that anything waits for. Safe to cancel.
-- Only a truncate, a load with triggers off or a hand in private.totals brings them apart: select * from private.mend_totals() puts it right.

select d.name, d.label, d.kept, d.counted
from private.totals_drift() as d
order by d.name, d.label;
