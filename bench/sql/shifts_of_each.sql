-- The first five shifts of each person. $1 the persons.
SELECT keys.parent, s.id, s.starts_at, s.ends_at, s.room, s.kind
FROM unnest($1::bigint[]) AS keys (parent)
CROSS JOIN LATERAL (
    SELECT id, starts_at, ends_at, room, kind
    FROM shift
    WHERE practitioner_id = keys.parent
    ORDER BY starts_at, id
    LIMIT 5
) s
