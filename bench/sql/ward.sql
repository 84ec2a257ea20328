-- A page of the patients in the care of a unit, one more to see whether the list goes on. $1 the unit, $2 the patient
-- after whom the page begins, $3 the instant.
SELECT p.id, p.sex, p.sealed_key, p.family_name, p.given_name, p.patronymic, p.birth_on
FROM (
    SELECT DISTINCT r.patient_id
    FROM care_relation r
    WHERE r.department_id = $1 AND r.patient_id > $2
      AND r.starts_at <= $3 AND (r.ends_at IS NULL OR r.ends_at > $3)
      AND (r.copied_from IS NULL OR EXISTS (
          SELECT FROM copy_horizon h WHERE h.store = r.copied_from AND h.trusted_until >= $3 - interval '1 s'))
    ORDER BY r.patient_id
    LIMIT 51
) cared
JOIN patient p ON p.id = cared.patient_id
ORDER BY p.id
