-- The first twenty shifts of a person. $1 the person.
SELECT id, starts_at, ends_at, room, kind
FROM shift
WHERE practitioner_id = $1
ORDER BY starts_at, id
LIMIT 20
