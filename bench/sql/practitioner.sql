-- One practitioner with the main organisation and the category folded in. $1 the day, $2 the key.
SELECT p.id, p.registry_number, p.family_name, p.given_name, p.patronymic, p.specialty_code, p.phone, p.email, p.snils,
       c.rank, o.id, o.name, o.ogrn
FROM practitioner p
LEFT JOIN LATERAL (
    SELECT q.rank FROM qualification q
    WHERE q.practitioner_id = p.id AND q.awarded_on <= $1 AND q.ends_on > $1
    ORDER BY q.rank DESC, q.awarded_on DESC, q.id DESC LIMIT 1
) c ON true
LEFT JOIN employment e
    ON e.practitioner_id = p.id AND e.kind = 'MAIN' AND e.starts_on <= $1 AND (e.ends_on IS NULL OR e.ends_on >= $1)
LEFT JOIN organization o ON o.id = e.organization_id
WHERE p.id = $2
