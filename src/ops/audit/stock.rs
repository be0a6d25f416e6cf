//! What is on the shelf, and how it came there.

use super::rule::{Rule, rule};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("Stock movements add up to each variant's stock", ADD_UP),
        rule("Each stock movement goes on where another one ended", GO_ON),
        rule("Products show their variants' whole stock and lowest price", SHOWN),
        rule(
            "What is sold left the shelf, and what came to nothing is back on it",
            SOLD,
        ),
    ]
}

const ADD_UP: &str = "
SELECT 'variant ' || v.id || ' holds ' || v.quantity || ', its movements add up to ' || COALESCE(m.total, 0) AS what
FROM product_variants v
LEFT JOIN (SELECT variant_id, SUM(change) AS total FROM stock_movements GROUP BY variant_id) m ON m.variant_id = v.id
WHERE v.quantity <> COALESCE(m.total, 0)
ORDER BY v.id";

/// A movement leads from one number to another, and all of a variant's are a way from nothing to what there is: each
/// number is come to as often as it is left. That says what a running sum says, without asking which of two movements of
/// the same millisecond, made by two processes, came first.
const GO_ON: &str = "
SELECT 'variant ' || s.variant_id || ' came to ' || s.quantity || ' pieces by ' || SUM(s.come) || ' of its movements, but '
    || SUM(s.gone) || ' go on from there' AS what
FROM (
    SELECT variant_id, quantity, 1 AS come, 0 AS gone FROM stock_movements
    UNION ALL SELECT variant_id, quantity - change, 0, 1 FROM stock_movements
    UNION ALL SELECT id, 0, 1, 0 FROM product_variants
    UNION ALL SELECT id, quantity, 0, 1 FROM product_variants
) s
GROUP BY s.variant_id, s.quantity
HAVING SUM(s.come) <> SUM(s.gone)
ORDER BY s.variant_id, s.quantity";

const SHOWN: &str = "
SELECT 'product ' || p.id || ' shows ' || p.quantity || ' pieces at ' || p.price || ', its variants have '
    || COALESCE(v.quantity, 0) || ' at ' || COALESCE(v.price, 0) AS what
FROM products p
LEFT JOIN (
    SELECT product_id, SUM(quantity) AS quantity, MIN(price) AS price FROM product_variants GROUP BY product_id
) v ON v.product_id = p.id
WHERE v.product_id IS NULL OR p.quantity <> v.quantity OR p.price <> v.price
ORDER BY p.id";

/// Imported orders took nothing from here, and a variant that is gone took its movements along.
const SOLD: &str = "
SELECT 'order ' || s.id || ' of ' || s.quantity || ' pieces, ' || s.status || ' and ' || s.payment || ', moved '
    || s.moved AS what
FROM (
    SELECT o.id, o.quantity, o.status, p.status AS payment, COALESCE(m.total, 0) AS moved,
        CASE WHEN o.status = 'Cancelled' OR p.status = 'FAILED' THEN 0 ELSE -o.quantity END AS due
    FROM orders o
    JOIN payments p ON p.id = o.payment_id
    LEFT JOIN (
        SELECT order_line_id, variant_id, SUM(change) AS total FROM stock_movements GROUP BY order_line_id, variant_id
    ) m ON m.order_line_id = o.id AND m.variant_id = o.variant_id
    WHERE p.expires_at IS NOT NULL AND o.variant_id IS NOT NULL
) s
WHERE s.moved <> s.due
ORDER BY s.id";
