-- The five newest documents of each person. $1 the persons.
SELECT keys.parent, d.id, d.kind, d.title, d.status, d.issued_on, d.expires_on
FROM unnest($1::bigint[]) AS keys (parent)
CROSS JOIN LATERAL (
    SELECT id, kind, title, status, issued_on, expires_on
    FROM document
    WHERE practitioner_id = keys.parent
    ORDER BY created_at DESC, id DESC
    LIMIT 5
) d
