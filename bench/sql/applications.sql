-- The five newest applications of a person. $1 the person.
SELECT id, number, stage, submitted_at, earliest_on, latest_on
FROM application
WHERE practitioner_id = $1
ORDER BY created_at DESC, id DESC
LIMIT 5
