-- All employments of a person with the organisation folded in, newest first. $1 the person.
SELECT e.id, e.kind, e.position_code, o.id, o.name, e.starts_on, e.ends_on
FROM employment e
LEFT JOIN organization o ON o.id = e.organization_id
WHERE e.practitioner_id = $1
ORDER BY e.starts_on DESC, e.id DESC
