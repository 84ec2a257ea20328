-- The five newest observations of each patient that whoever leads a unit may read: by the unit what is under no label,
-- and as a doctor who cares himself. $1 the patients, $2 the unit, $3 the viewer, $4 where he works, $5 the instant.
SELECT keys.parent, o.id, o.code, o.value, o.unit, o.words, o.flag, o.at, o.practitioner_id
FROM unnest($1::bigint[]) AS keys (parent)
CROSS JOIN LATERAL (
    SELECT t.id, t.code, t.value, t.unit, t.words, t.flag, t.at, t.practitioner_id
    FROM observation t
    WHERE t.patient_id = keys.parent
      AND t.confidentiality <> 'SPECIAL'
      AND (t.confidentiality <> 'RESTRICTED' OR EXISTS (
          SELECT FROM allowed_reader l
          WHERE l.record_id = t.id AND l.practitioner_id = $3
            AND l.starts_at <= $5 AND (l.ends_at IS NULL OR l.ends_at > $5)))
      AND (
        EXISTS (
            SELECT FROM care_relation r
            WHERE r.patient_id = keys.parent
              AND (r.department_id = $2 AND t.confidentiality = 'NORMAL'
                   OR r.practitioner_id = $3 AND r.organization_id = $4)
              AND r.starts_at <= $5 AND (r.ends_at IS NULL OR r.ends_at > $5)
              AND (r.copied_from IS NULL OR EXISTS (
                  SELECT FROM copy_horizon h
                  WHERE h.store = r.copied_from AND h.trusted_until >= $5 - interval '1 s'))
              AND (t.organization_id = r.organization_id OR r.basis = 'REFERRAL' OR EXISTS (
                  SELECT FROM consent c
                  WHERE c.patient_id = keys.parent AND c.kind = 'EXCHANGE' AND c.organization_id = r.organization_id
                    AND t.organization_id = ANY (c.organization_ids)
                    AND c.at <= $5 AND (c.ends_at IS NULL OR c.ends_at > $5)))
        ) OR EXISTS (
            SELECT FROM emergency_opening e
            WHERE e.patient_id = keys.parent AND e.practitioner_id = $3 AND e.organization_id = $4
              AND e.opened_at <= $5 AND e.ends_at > $5
        )
      )
    ORDER BY t.at DESC, t.id DESC
    LIMIT 5
) o
