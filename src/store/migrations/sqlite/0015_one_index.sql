-- Who is registered already is found by the index that lets nobody be so twice.

DROP INDEX registrations_by_email;
